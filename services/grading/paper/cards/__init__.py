"""Printing and reading answer cards: a pure image library without a database."""
