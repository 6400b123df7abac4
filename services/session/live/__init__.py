"""The live sitting (Art. 24, 28, 29): the candidate's own door. It needs its process and its database only."""

from services.session.live.app import create_live_app

__all__ = ["create_live_app"]
