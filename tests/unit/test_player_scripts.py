"""The modules of the player, and those of the pages, go out as one file each, in one scope: what holds for each module
alone has to hold for all together."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dashboard import scripts

PLAYER = Path(scripts.__file__).parent / "player"
NAMED = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
IMPORTED = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)


def test_every_module_is_served_after_those_that_it_builds_on() -> None:
    order = scripts._MODULES
    beside = {"entry.js", "hls.min.js", "LICENSE-hls.js"}
    assert {path.name for path in PLAYER.glob("*.js")} - beside == set(order)
    for position, module in enumerate(order):
        wanted = IMPORTED.findall((PLAYER / module).read_text(encoding="utf-8"))
        assert set(wanted) <= set(order[:position]), module


def test_every_module_of_the_desk_is_served_after_those_that_it_builds_on() -> None:
    order = scripts._DESK_MODULES
    assert {path.name for path in (PLAYER.parent / "desk").glob("*.js")} == set(order)
    for position, module in enumerate(order):
        wanted = IMPORTED.findall((PLAYER.parent / "desk" / module).read_text(encoding="utf-8"))
        assert set(wanted) <= {"../player/dom.js", *order[:position]}, module


def test_the_modules_of_the_pages_stand_behind_those_that_they_build_on() -> None:
    order = [path.name for path in scripts.front_modules()]
    for position, path in enumerate(scripts.front_modules()):
        assert set(IMPORTED.findall(path.read_text(encoding="utf-8"))) <= set(order[:position]), path.name


@pytest.mark.parametrize(
    "script",
    [scripts.served()["player"].decode(), scripts.served()["desk"].decode(), scripts.joined(scripts.front_modules())],
)
def test_no_two_modules_give_the_same_name(script: str) -> None:
    names = Counter(NAMED.findall(script))
    assert len(names) > 10
    assert [name for name, times in names.items() if times > 1] == []
