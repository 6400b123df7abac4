"""entered later."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hand_ins", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leavings", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("leavings", "entered_at")
    op.drop_column("hand_ins", "entered_at")
