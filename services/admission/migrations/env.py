"""Where alembic finds admission's tables."""

from chassis.database import run_migrations
from services.admission.tables import Base

run_migrations(Base.metadata)
