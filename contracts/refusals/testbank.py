"""Refusals of testbank."""
