"""Courses and their assignments"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        'course',
        sa.Column('id', sa.String(), primary_key=True),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('author_id', sa.String(), sa.ForeignKey('member.id'), nullable=False, index=True),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('archived_at', moment, nullable=True),
    )
    op.create_table(
        'courseitem',
        sa.Column('id', sa.String(), primary_key=True),
        sa.Column('course_id', sa.String(), sa.ForeignKey('course.id'), nullable=False, index=True),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('recording_id', sa.String(), nullable=False, index=True),
        sa.Column('start', sa.Float(), nullable=True),
        sa.Column('end', sa.Float(), nullable=True),
        sa.Column('title', sa.String(), nullable=False),
    )
    op.create_table(
        'assignment',
        sa.Column('id', sa.String(), primary_key=True),
        sa.Column('course_id', sa.String(), sa.ForeignKey('course.id'), nullable=False, index=True),
        sa.Column('member_id', sa.String(), sa.ForeignKey('member.id'), nullable=True, index=True),
        sa.Column('institution_id', sa.String(), sa.ForeignKey('institution.id'), nullable=True, index=True),
        sa.Column('due', sa.Date(), nullable=True),
        sa.Column('assigned_by', sa.String(), sa.ForeignKey('member.id'), nullable=False),
        sa.Column('created_at', moment, nullable=False),
    )


def downgrade() -> None:
    for name in ('assignment', 'courseitem', 'course'):
        op.drop_table(name)
