"""Filled and scanned cards made from nothing but `card.png` and `layout.json`, as a stranger would make them.

It knows nothing of the reader nor of `simulation`, which trains it. Every card comes with its truth.
"""
