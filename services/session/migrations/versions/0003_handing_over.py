"""the handing over of a hall's envelopes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("halls", sa.Column("taken_over_by", sa.String(), nullable=True))
    op.add_column("halls", sa.Column("taken_over_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("halls", "taken_over_at")
    op.drop_column("halls", "taken_over_by")
