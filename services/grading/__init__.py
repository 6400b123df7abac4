"""Grading is three services that scale apart: electronic, paper, and results."""
