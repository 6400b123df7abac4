"""letting in by envelope."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("halls", sa.Column("by_envelope_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("halls", "by_envelope_at")
