"""Files on their way in from a browser"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'arrival',
        sa.Column('source_id', sa.String(), sa.ForeignKey('source.id'), primary_key=True),
        sa.Column('member_id', sa.String(), sa.ForeignKey('member.id'), nullable=False, index=True),
        sa.Column('fingerprint', sa.String(), nullable=False, index=True),
        sa.Column('part_size', sa.Integer(), nullable=False),
        sa.Column('sent', sa.Boolean(), nullable=False, index=True),
        sa.Column('checked', sa.BigInteger(), nullable=False),
        sa.Column('trouble', sa.String(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        'arrivalpart',
        sa.Column('source_id', sa.String(), sa.ForeignKey('source.id'), primary_key=True),
        sa.Column('number', sa.Integer(), primary_key=True),
        sa.Column('sha256', sa.String(), nullable=False),
        sa.Column('arrived', sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table('arrivalpart')
    op.drop_table('arrival')
