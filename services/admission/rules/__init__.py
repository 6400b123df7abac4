"""Art. 6–8, 12–20, 22, 27, 32–35: what admission decides, without clock, database or framework."""
