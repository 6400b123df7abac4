"""Refusals of grading."""
