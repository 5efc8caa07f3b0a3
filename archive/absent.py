"""What is not there: recordings of no such id, and those of which nothing is kept."""

from collections.abc import Sequence

from archive.errors import NotFound, shown
from archive.tables import Recording, State

ABSENT = (State.REFUSED, State.RECEIVING)
"""The states in which a recording never was in the archive, so that a list of what there is leaves it out."""

MOST_ALIKE = 5  # recordings that are named where one was meant
_ADVICE = {
    State.REFUSED: "It was refused, and nothing of it is kept: `shijiao show {id}` says why. Add another file.",
    State.RECEIVING: "Add the file again: it goes on where it was. `shijiao cancel {id}` throws away what came.",
    State.WITHDRAWN: "It was withdrawn, and nothing of it is kept.",
}


def no_such(recording_id: str, alike: Sequence[str]) -> NotFound:
    """Return what is said of an id that means no recording, or the beginning of several: `alike`."""
    name = shown(recording_id)
    if not alike:
        return NotFound(f"There is no recording “{name}”.", "`shijiao list` shows them all.", recording=recording_id)
    names = ", ".join(alike) + (" and more" if len(alike) == MOST_ALIKE else "")
    message = f"Several recordings begin with “{name}”: {names}."
    return NotFound(message, "Say more of its id.", recording=recording_id)


def must_be_there(recording: Recording) -> None:
    """Pass where something of a recording is kept.

    Raises:
        NotFound: nothing is; the advice says what there is to do about it.
    """
    if recording.state in _ADVICE:
        raise NotFound(
            f"“{shown(recording.title)}” is {recording.state.value}: its bytes are not here.",
            _ADVICE[recording.state].format(id=recording.id),
            recording=recording.id,
        )
