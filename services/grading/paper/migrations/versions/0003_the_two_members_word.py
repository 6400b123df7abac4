"""the two members' word."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("exam_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("dissent", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id", "number"], ["cards.exam_id", "cards.number"], name=op.f("fk_opinions_exam_id_cards")
        ),
        sa.PrimaryKeyConstraint("exam_id", "number", "round", name=op.f("pk_opinions")),
    )


def downgrade() -> None:
    op.drop_table("opinions")
