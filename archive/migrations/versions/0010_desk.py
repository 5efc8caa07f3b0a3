"""Edits are written down before they become part of a version"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'pendingedit',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('recording_id', sa.String(), nullable=False, index=True),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('start', sa.Float(), nullable=False),
        sa.Column('end', sa.Float(), nullable=False),
        sa.Column('before', sa.Text(), nullable=False),
        sa.Column('after', sa.Text(), nullable=False),
        sa.Column('author', sa.String(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table('pendingedit')
