"""other envelopes than the halls counted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exams", sa.Column("deviation_reason", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("exams", "deviation_reason")
