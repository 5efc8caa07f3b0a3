"""What members watch, note, ask and clip"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def text(name: str, **more) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, **more)


def upgrade() -> None:
    op.create_table(
        'sitting',
        text('id', primary_key=True),
        text('member_id', index=True),
        text('recording_id', index=True),
        sa.Column('begun_at', MOMENT, nullable=False),
        sa.Column('seen_at', MOMENT, nullable=False),
        sa.Column('seconds', sa.Float(), nullable=False),
        sa.Column('spans', sa.JSON(), nullable=False),
    )
    op.create_table(
        'progress',
        text('member_id', primary_key=True),
        text('recording_id', primary_key=True, index=True),
        sa.Column('spans', sa.JSON(), nullable=False),
        sa.Column('watched', sa.Float(), nullable=False),
        sa.Column('position', sa.Float(), nullable=False),
        sa.Column('seen_at', MOMENT, nullable=False),
    )
    op.create_table(
        'mark',
        text('id', primary_key=True),
        text('recording_id', index=True),
        sa.Column('kind', sa.String(length=20), nullable=False),
        text('author_id', index=True),
        text('author_name'),
        sa.Column('start', sa.Float(), nullable=False),
        sa.Column('end', sa.Float(), nullable=True),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('drawing', sa.JSON(), nullable=False),
        sa.Column('reply_to', sa.String(), nullable=True, index=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('changed_at', MOMENT, nullable=False),
    )
    op.create_table(
        'noticed',
        text('member_id', primary_key=True),
        sa.Column('until', MOMENT, nullable=False),
    )
    op.create_table(
        'clip',
        text('id', primary_key=True),
        text('member_id', index=True),
        text('recording_id', index=True),
        sa.Column('start', sa.Float(), nullable=False),
        sa.Column('end', sa.Float(), nullable=False),
        text('name'),
        text('collection'),
        sa.Column('created_at', MOMENT, nullable=False),
    )


def downgrade() -> None:
    for name in ('clip', 'noticed', 'mark', 'progress', 'sitting'):
        op.drop_table(name)
