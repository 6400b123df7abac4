"""What is done in paper grading: one function per verb of the ordinance, one transaction each."""
