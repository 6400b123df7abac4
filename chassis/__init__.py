"""Plumbing without a domain word: what every service stands on."""
