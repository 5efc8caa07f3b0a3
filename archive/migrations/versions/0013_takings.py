"""What was taken away, and the institution of whoever wrote a mark"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'taking',
        sa.Column('id', sa.String(), primary_key=True),
        sa.Column('member_id', sa.String(), nullable=False, index=True),
        sa.Column('member_name', sa.String(), nullable=False),
        sa.Column('recording_id', sa.String(), nullable=False, index=True),
        sa.Column('form', sa.String(), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column('mark', sa.Column('author_institution', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('mark', 'author_institution')
    op.drop_table('taking')
