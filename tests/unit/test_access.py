"""Who may do what, by the state of a recording."""

import pytest

from archive.access import Action, may
from archive.tables import Member, Recording, Role, State

VIEWER, TRAINER = (Member(name=role.value, role=role) for role in (Role.VIEWER, Role.TRAINER))


@pytest.mark.parametrize(
    ("state", "duration", "viewer", "trainer"),
    [
        (State.RECEIVING, None, False, False),
        (State.RECEIVING, 60.0, False, True),  # its first rendition is there
        (State.REFUSED, None, False, False),
        (State.RECEIVED, None, False, True),  # nothing to watch yet
        (State.PROCESSING, None, False, True),  # or never: it failed
        (State.PROCESSING, 60.0, True, True),
        (State.IN_REVIEW, 60.0, True, True),
        (State.WITHDRAWN, 60.0, False, False),
    ],
)
def test_who_may_watch(state: State, duration: float | None, viewer: bool, trainer: bool) -> None:
    recording = Recording(title="手术", state=state, duration=duration)
    assert [may(member, Action.WATCH, recording) for member in (VIEWER, TRAINER)] == [viewer, trainer]


def test_only_those_who_curate_edit() -> None:
    recording = Recording(title="手术", state=State.IN_REVIEW)
    assert [may(member, Action.EDIT, recording) for member in (VIEWER, TRAINER)] == [False, True]


def test_a_copy_is_taken_along_only_where_the_rights_allow_it() -> None:
    recording = Recording(title="手术", state=State.PUBLISHED, take_away=True)
    assert may(VIEWER, Action.TAKE, recording)
    recording.take_away = False
    assert not may(TRAINER, Action.TAKE, recording)


def test_what_is_not_about_a_recording_is_for_those_who_curate() -> None:
    for action in (Action.ADD, Action.TEACH):
        assert [may(member, action) for member in (VIEWER, TRAINER)] == [False, True]
