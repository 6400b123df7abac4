"""What is done in testbank: one function per verb, one transaction each.

Own choice: every verb takes the row of its exam first, so the acts of one exam follow one another.
"""
