"""The player's modules go out as one file, in one scope: what holds for each alone has to hold for all together."""

import re
from collections import Counter
from pathlib import Path

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


def test_no_two_modules_give_the_same_name() -> None:
    names = Counter(NAMED.findall(scripts.served()["player"].decode()))
    assert len(names) > 20
    assert [name for name, times in names.items() if times > 1] == []
