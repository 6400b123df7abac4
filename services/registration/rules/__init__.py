"""Art. 3–6: what registration decides, without clock, database or framework."""
