"""Where alembic finds certification's tables."""

from chassis.database import run_migrations
from services.certification.tables import Base

run_migrations(Base.metadata)
