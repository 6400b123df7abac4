"""Session: the live sitting, credentials, answers, time, leavings, annulment, Protocol № 2 (Art. 19–41)."""
