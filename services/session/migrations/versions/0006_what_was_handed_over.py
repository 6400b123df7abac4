"""what was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("halls", sa.Column("envelopes_reason", sa.String(), nullable=True))
    op.add_column("halls", sa.Column("taken_over_envelopes", sa.Integer(), nullable=True))
    op.add_column("halls", sa.Column("taken_over_reason", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("halls", "taken_over_reason")
    op.drop_column("halls", "taken_over_envelopes")
    op.drop_column("halls", "envelopes_reason")
