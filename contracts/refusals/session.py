"""Refusals of session."""
