"""Where alembic finds session's tables."""

from chassis.database import run_migrations
from services.session.tables import Base

run_migrations(Base.metadata)
