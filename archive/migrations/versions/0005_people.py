"""Members sign in; a recording's case and whether it may be taken along"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column('member', sa.Column('specialty', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('member') as member:
        member.add_column(sa.Column('created_at', moment, nullable=False, server_default='2026-01-01 00:00:00+00:00'))
    op.add_column('member', sa.Column('removed_at', moment, nullable=True))
    op.add_column('recording', sa.Column('case', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('recording', sa.Column('take_away', sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, used in (('invitation', 'used_at'), ('signin', 'ended_at')):
        op.create_table(
            name,
            sa.Column('digest', sa.String(), primary_key=True),
            sa.Column('member_id', sa.String(), sa.ForeignKey('member.id'), nullable=False, index=True),
            *([sa.Column('device', sa.String(), nullable=False)] if name == 'signin' else []),
            sa.Column('created_at', moment, nullable=False),
            sa.Column('expires_at', moment, nullable=False),
            sa.Column(used, moment, nullable=True),
        )


def downgrade() -> None:
    op.drop_table('signin')
    op.drop_table('invitation')
    op.drop_column('recording', 'take_away')
    op.drop_column('recording', 'case')
    for name in ('removed_at', 'created_at', 'specialty'):
        op.drop_column('member', name)
