"""Where alembic finds electronic grading's tables."""

from chassis.database import run_migrations
from services.grading.electronic.tables import Base

run_migrations(Base.metadata)
