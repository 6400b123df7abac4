"""Registration: announcements, candidates' accounts and profiles, applications with their files."""
