"""Who may do what: the one gate that every page, route, search and command asks.

It answers by the recording's state alone until sign-in and consent exist; then it answers by them, here.
"""

from collections.abc import Callable
from enum import StrEnum

from archive.catalogue import Catalogue
from archive.errors import NotAllowed, NotFound
from archive.tables import Member, Recording, Role, State


class Action(StrEnum):
    """What somebody wants to do with a recording."""

    FIND = "find"
    WATCH = "watch"
    EDIT = "edit"
    MANAGE = "manage"


LOCAL = Member(id="local", name="local", role=Role.ADMINISTRATOR)
"""Who sits at this machine: the command line, and the portal until it knows who is there."""

_NOT_TO_BE_SEEN = frozenset({State.RECEIVING, State.REFUSED, State.WITHDRAWN})
_CURATORS = frozenset({Role.TRAINER, Role.REVIEWER, Role.ADMINISTRATOR})


def may(member: Member, action: Action, recording: Recording) -> bool:
    """Return whether `member` may do `action` with `recording`.

    What is still arriving is seen by those who curate, as soon as there is something to watch.
    """
    if recording.state is State.RECEIVING and recording.duration is not None:
        return member.role in _CURATORS
    if action in (Action.FIND, Action.WATCH):
        return recording.state not in _NOT_TO_BE_SEEN
    return member.role in _CURATORS


def findable(member: Member, catalogue: Catalogue) -> Callable[[str], bool]:
    """Return what a search asks of each recording's id; one that is gone since the index looked may not be found."""

    def allowed(recording_id: str) -> bool:
        try:
            return may(member, Action.FIND, catalogue.recording(recording_id))
        except NotFound:
            return False

    return allowed


def require(member: Member, action: Action, recording: Recording) -> None:
    """Pass, or raise.

    Raises:
        NotAllowed: `may` says no.
    """
    if not may(member, action, recording):
        raise NotAllowed(
            f"The recording {recording.id} may not be opened ({action.value}).",
            "Ask the trainer who keeps it.",
            recording=recording.id,
        )
