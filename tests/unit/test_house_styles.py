"""Style sheets of many hands make one page: what one of them styles by name, no other may use for something else."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

FRONT = Path(__file__).parents[2] / "dashboard" / "front"
SHARED = {"front.css", "describe.css"}  # what several pages show, and may refine within their own part


def selectors(css: str) -> Iterator[str]:
    """Yield every selector of a style sheet, those within @media too."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@(?:media|container|supports)[^{]*\{", "", css)
    for heads in re.findall(r"([^{}@]+)\{[^{}]*\}", css):
        yield from (head.strip() for head in re.split(r",(?![^()]*\))", heads))


def classes(compound: str) -> list[str]:
    return re.findall(r"\.([\w-]+)", compound)


def test_no_style_sheet_styles_what_another_one_draws() -> None:
    alone: dict[str, set[str]] = defaultdict(set)  # class: files that style whatever has it
    other: dict[str, set[str]] = defaultdict(set)  # class: files in which it is a part of something else
    for path in FRONT.glob("*.css"):
        for selector in selectors(path.read_text(encoding="utf-8")):
            compounds = re.split(r"[\s>+~]+", selector.removeprefix(".front "))
            if len(compounds) == 1 and re.match(r"\.[\w-]+(?![\w.-])", compounds[0]):
                alone[classes(compounds[0])[0]].add(path.name)
            for place, compound in enumerate(compounds):
                for name in classes(compound)[0 if place else 1 :]:
                    other[name].add(path.name)
    clashes = {
        name: sorted(files | other[name])
        for name, files in alone.items()
        if len(files) > 1 or (not files <= SHARED and other[name] - files)
    }
    assert clashes == {}, "name it anew, or style it only within your part (`.part .name`)"
