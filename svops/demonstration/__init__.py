"""A whole examination played by made-up people through the real doors, on a simulated calendar."""
