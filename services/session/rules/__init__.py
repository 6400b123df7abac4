"""Art. 10(2), 16–41: what session decides, without clock, database or framework."""
