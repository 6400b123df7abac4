"""Where alembic finds the results service's tables."""

from chassis.database import run_migrations
from services.grading.results.tables import Base

run_migrations(Base.metadata)
