"""Angles in parts, sound in groups, stills, chunks"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('source', sa.Column('part', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('source', sa.Column('alignment', sa.String(20), nullable=False, server_default='given'))
    op.add_column('rendition', sa.Column('sound', sa.String(), nullable=False, server_default='full'))
    op.add_column('rendition', sa.Column('title', sa.String(), nullable=False, server_default=''))
    op.add_column('rendition', sa.Column('language', sa.String(), nullable=False, server_default=''))
    op.add_column('rendition', sa.Column('preferred', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table('stills',
    sa.Column('source_id', sa.String(), nullable=False),
    sa.Column('recording_id', sa.String(), nullable=False),
    sa.Column('prefix', sa.String(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['recording_id'], ['recording.id'], ),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], ),
    sa.PrimaryKeyConstraint('source_id')
    )
    op.create_index(op.f('ix_stills_recording_id'), 'stills', ['recording_id'], unique=False)
    op.create_table('chunk',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('job_id', sa.String(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('worker_id', sa.String(), nullable=True),
    sa.Column('progress', sa.Float(), nullable=False),
    sa.Column('orders', sa.JSON(), nullable=False),
    sa.Column('error', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_chunk_job_id'), 'chunk', ['job_id'], unique=False)
    op.create_index(op.f('ix_chunk_state'), 'chunk', ['state'], unique=False)


def downgrade() -> None:
    op.drop_table('chunk')
    op.drop_table('stills')
    for column in ('preferred', 'language', 'title', 'sound'):
        op.drop_column('rendition', column)
    for column in ('alignment', 'part'):
        op.drop_column('source', column)
