"""What is done in session, by stage of the day; each module's functions are one transaction each."""
