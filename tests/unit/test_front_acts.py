"""What a part says was done comes from a browser: what is none of it is left out, and the order is that of doing."""

import pytest

from dashboard import front


@pytest.mark.parametrize("told", [None, "save", {"what": "save"}, [1], [["1", {}]], [[1]], [[1, "save"]]])
def test_what_is_no_act_is_left_out(told: object) -> None:
    assert front._acts(told) == []


def test_acts_come_in_the_order_in_which_they_were_done() -> None:
    assert front._acts([[2, {"what": "add"}], [1, {"what": "save"}], 7]) == [
        (1, {"what": "save"}),
        (2, {"what": "add"}),
    ]
