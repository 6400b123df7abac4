"""What the services say to each other and to the world: events, requests, refusals, people. Shapes only."""
