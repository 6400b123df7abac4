"""Certification: certificates, register, duplicates, verification, inspection (Art. 51–53)."""
