"""print runs corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_run_corrections",
        sa.Column("exam_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sub_variant", sa.String(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id", "kind", "sub_variant"],
            ["print_runs.exam_id", "print_runs.kind", "print_runs.sub_variant"],
            name=op.f("fk_print_run_corrections_exam_id_print_runs"),
        ),
        sa.PrimaryKeyConstraint("exam_id", "number", name=op.f("pk_print_run_corrections")),
    )


def downgrade() -> None:
    op.drop_table("print_run_corrections")
