"""Results: outcomes of both modes, the commission's protocol, publication (Art. 43(6), 48(3), 49)."""
