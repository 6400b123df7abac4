"""Admission: orders, people on duty and their declarations, the check of applications, halls, seats, the door."""
