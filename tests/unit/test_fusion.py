import pytest

from archive.search.fusion import fused


def test_what_several_rankings_hold_comes_first():
    found = fused(["a", "b", "c"], ["c", "d"], [])
    assert [each for each, _ in found] == ["c", "a", "b", "d"]
    assert found[0][1] == pytest.approx(1 / 63 + 1 / 61)
    assert fused(["x"], ["y"]) == [("x", 1 / 61), ("y", 1 / 61)]
    assert fused() == []
