"""Where alembic finds testbank's tables."""

from chassis.database import run_migrations
from services.testbank.tables import Base

run_migrations(Base.metadata)
