"""How members come in: tables beside `archive.tables.Member`.

Neither holds what opens a door: of a link and of a session only the SHA-256 is kept.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from archive.tables import moment


class Invitation(SQLModel, table=True):
    """A link that signs a member in once. `digest` is the SHA-256 of what stands in the link."""

    digest: str = Field(primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class SignIn(SQLModel, table=True):
    """A browser in which a member is signed in. `digest` is the SHA-256 of what the browser's cookie holds."""

    digest: str = Field(primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    device: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
