"""what stands for each question is kept on the sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sheets", sa.Column("options", sa.String(), server_default="", nullable=False))
    op.add_column("sheets", sa.Column("seqs", sa.LargeBinary(), server_default="", nullable=False))
    op.execute("""UPDATE sheets SET options = held.options, seqs = held.seqs FROM (
    SELECT last.sitting_id, string_agg(coalesce(answers.option, '-'), '' ORDER BY question) AS options,
           string_agg(int4send(coalesce(answers.seq, 0)), ''::bytea ORDER BY question) AS seqs
    FROM (SELECT sitting_id, max(question)::int AS most FROM answers GROUP BY sitting_id) AS last
         CROSS JOIN LATERAL generate_series(1, last.most) AS places (question)
         LEFT JOIN answers USING (sitting_id, question)
    GROUP BY last.sitting_id) AS held
WHERE sheets.sitting_id = held.sitting_id""")
    op.drop_table("answers")


def downgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.SmallInteger(), nullable=False),
        sa.Column("option", sa.String(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sitting_id", "question", name=op.f("pk_answers")),
        postgresql_with={"fillfactor": "70"},
    )
    op.execute("""INSERT INTO answers (sitting_id, question, option, seq) SELECT * FROM (
    SELECT sitting_id, question, nullif(substr(options, question, 1), '-'),
           (get_byte(seqs, 4 * question - 4) << 24) | (get_byte(seqs, 4 * question - 3) << 16)
           | (get_byte(seqs, 4 * question - 2) << 8) | get_byte(seqs, 4 * question - 1) AS seq
    FROM sheets, generate_series(1, length(options)) AS places (question)) AS held
WHERE seq > 0""")
    op.drop_column("sheets", "seqs")
    op.drop_column("sheets", "options")
