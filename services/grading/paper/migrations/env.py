"""Where alembic finds paper grading's tables."""

from chassis.database import run_migrations
from services.grading.paper.tables import Base

run_migrations(Base.metadata)
