"""Testbank: questions, two variants with sub-variants, seals, the draw, the opening, the key until the end."""
