"""What paper grading answers; nothing is changed here, and before the opening nothing leads from a number to a name."""
