"""What is known of a file while a browser sends it, beside its rows in `Source` and `Upload`.

All of it is gone once the file has arrived; until then it is what an interrupted upload is taken up from.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from archive.tables import moment


class Arrival(SQLModel, table=True):
    """A source on its way. `fingerprint` recognises the file when it is chosen again, see `fingerprint`.

    `sent`: every part has left the browser. `checked`: bytes that were read back from the store since. `trouble`: the
    code of an error after which it must be sent anew.
    """

    source_id: str = Field(primary_key=True, foreign_key="source.id")
    member_id: str = Field(foreign_key="member.id", index=True)
    fingerprint: str = Field(index=True)
    part_size: int
    sent: bool = Field(default=False, index=True)
    checked: int = Field(default=0, sa_type=sa.BigInteger)
    trouble: str = ""
    created_at: datetime = moment()


class ArrivalPart(SQLModel, table=True):
    """One part as the browser has it: `sha256` is said before it is sent, `arrived` set when the store took it."""

    source_id: str = Field(primary_key=True, foreign_key="source.id")
    number: int = Field(primary_key=True)
    sha256: str
    arrived: bool = False
