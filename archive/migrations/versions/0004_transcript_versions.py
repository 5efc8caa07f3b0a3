"""What is known of how a transcript was made, and how a recording is to be transcribed"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('transcript', sa.Column('facts', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('recording', sa.Column('speech', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('recording', 'speech')
    op.drop_column('transcript', 'facts')
