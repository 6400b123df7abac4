"""since when a member is absent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("absent_for", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "absent_for")
    op.drop_column("staff", "absent_since")
