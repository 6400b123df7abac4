"""Art. 44–48: what paper grading decides, without clock, database or framework."""
