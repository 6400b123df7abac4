"""how many handed in."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exams", sa.Column("handed_in", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("exams", "handed_in")
