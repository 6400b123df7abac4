"""Electronic grading: sheets counted against the key, App. 6 and 7 (Art. 43)."""
