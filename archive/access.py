"""Who may do what: the one gate that every page, route, search and command asks.

It answers by the member's role and the recording's state until consent exists; then it answers by that too, here.
"""

from enum import StrEnum

from archive.catalogue import Catalogue
from archive.errors import NotAllowed
from archive.tables import Member, Recording, Role, State


class Action(StrEnum):
    """What somebody wants to do: with a recording, or (ADD, TEACH) in the archive as such.

    NOTE is to write notes, questions and clips of one's own, ANSWER to answer others' questions, TAKE to take a copy
    along that plays without us, TEACH to keep courses and see how the recordings are used.
    """

    FIND = "find"
    WATCH = "watch"
    NOTE = "note"
    TAKE = "take"
    ANSWER = "answer"
    EDIT = "edit"
    MANAGE = "manage"
    ADD = "add"
    TEACH = "teach"


LOCAL = Member(id="local", name="local", role=Role.ADMINISTRATOR)
"""Who sits at this machine's command line."""

_ARRIVED = frozenset({State.RECEIVED, State.PROCESSING})
_NOT_TO_BE_SEEN = frozenset({State.RECEIVING, State.REFUSED, State.WITHDRAWN})
_CURATORS = frozenset({Role.TRAINER, Role.REVIEWER, Role.ADMINISTRATOR})


_FOR_ALL = frozenset({Action.FIND, Action.WATCH, Action.NOTE, Action.TAKE})


def may(member: Member, action: Action, recording: Recording | None = None) -> bool:
    """Return whether `member` may do `action` with `recording`, or, without one, in the archive as such.

    What is still arriving is seen by those who curate, as soon as there is something to watch. So is what has arrived
    and cannot be watched: not yet, or never, because it failed.
    """
    curates = member.role in _CURATORS
    if recording is None or action not in _FOR_ALL:
        return curates
    watchable = recording.duration is not None
    if (recording.state is State.RECEIVING and watchable) or (recording.state in _ARRIVED and not watchable):
        return curates and action is not Action.TAKE
    if action is Action.TAKE and not recording.take_away:
        return False
    return recording.state not in _NOT_TO_BE_SEEN


def findable(member: Member, catalogue: Catalogue) -> frozenset[str]:
    """Return the ids of the recordings that a member may find, as the catalogue stands at this moment.

    Search asks within them: what is not among them is neither matched nor counted nor suggested.
    """
    return frozenset(each.id for each in catalogue.standing() if may(member, Action.FIND, each))


def require(member: Member, action: Action, recording: Recording | None = None) -> None:
    """Pass, or raise.

    Raises:
        NotAllowed: `may` says no.
    """
    if may(member, action, recording):
        return
    if recording is None:
        raise NotAllowed(f"{member.name} may not do this ({action.value}).", "Ask a trainer.", member=member.id)
    raise NotAllowed(
        f"The recording {recording.id} may not be opened ({action.value}).",
        "Ask the trainer who keeps it.",
        recording=recording.id,
    )
