"""What session answers; nothing is changed here: the halls and what waits in them, the screens, the export."""
