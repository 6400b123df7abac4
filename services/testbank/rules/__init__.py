"""Art. 10–13: what testbank decides, without clock, database or framework."""
