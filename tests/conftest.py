"""Tests kill their broker and database, so they never use those that somebody named for a demonstration."""

import os

for name in ("SVOPS_AMQP_URI", "SVOPS_POSTGRES_URI"):
    os.environ.pop(name, None)
