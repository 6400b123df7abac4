"""Refusals of certification."""
