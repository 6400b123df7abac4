"""What is done in certification: one function per verb, one transaction each."""
