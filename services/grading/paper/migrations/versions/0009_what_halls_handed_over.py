"""what halls handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hall_envelopes",
        sa.Column("exam_id", sa.String(), nullable=False),
        sa.Column("hall", sa.String(), nullable=False),
        sa.Column("appeared", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("counted_is_explained", sa.Boolean(), nullable=False),
        sa.Column("taken_over", sa.Integer(), nullable=False),
        sa.Column("taken_over_is_explained", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.exam_id"], name=op.f("fk_hall_envelopes_exam_id_exams")),
        sa.PrimaryKeyConstraint("exam_id", "hall", name=op.f("pk_hall_envelopes")),
    )


def downgrade() -> None:
    op.drop_table("hall_envelopes")
