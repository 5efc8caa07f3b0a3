"""Chapters that people set, standard steps, and posters that somebody chose"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('chapter', sa.Column('step', sa.String(), nullable=False, server_default=''))
    op.add_column('recording', sa.Column('poster', sa.JSON(), nullable=False, server_default='{}'))
    op.create_table(
        'outline',
        sa.Column('recording_id', sa.String(), primary_key=True),
        sa.Column('points', sa.JSON(), nullable=False),
        sa.Column('authors', sa.JSON(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_table('outline')
    op.drop_column('recording', 'poster')
    op.drop_column('chapter', 'step')
