"""Where alembic finds registration's tables."""

from chassis.database import run_migrations
from services.registration.tables import Base

run_migrations(Base.metadata)
