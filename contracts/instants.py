"""Moments in time, as the published language says them."""

from datetime import datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]  #: RFC 3339, never without its offset
