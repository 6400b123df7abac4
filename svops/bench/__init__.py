"""Benches: each figure is a ratio to a yardstick that is measured in turn with it, in the same minutes."""
