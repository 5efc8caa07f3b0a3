"""How a recording is used, by its timeline."""

from hypothesis import given
from hypothesis import strategies as st

from archive.learning.tables import Sitting
from archive.learning.usage import moments


def sitting(member: str, *spans: tuple[float, float]) -> Sitting:
    return Sitting(id=f"{member}{spans}", member_id=member, recording_id="r", spans=[list(span) for span in spans])


def test_who_saw_what_again_and_where_they_left_off() -> None:
    found = moments([sitting("a", (0, 30)), sitting("a", (20, 30)), sitting("b", (0, 100))], 100.0, count=10)
    assert [moment.people for moment in found] == [2, 2, 2, 1, 1, 1, 1, 1, 1, 1]
    assert [moment.again for moment in found] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert [moment.left for moment in found] == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    assert (found[3].start, found[3].end) == (30.0, 40.0)


def test_nobody_is_nobody() -> None:
    assert all((moment.people, moment.again, moment.left) == (0, 0, 0) for moment in moments([sitting("a")], 60.0))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted).map(tuple), max_size=3).map(sorted),
        )
    )
)
def test_no_more_people_than_there_are(sittings: list[tuple[str, list[tuple[float, float]]]]) -> None:
    found = moments([sitting(member, *spans) for member, spans in sittings], 100.0)
    everybody = len({member for member, _ in sittings})
    assert all(0 <= moment.again <= moment.people <= everybody for moment in found)
