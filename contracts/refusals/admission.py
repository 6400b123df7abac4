"""Refusals of admission."""
