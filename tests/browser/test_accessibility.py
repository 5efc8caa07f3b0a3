"""axe-core over every page, as a doctor and a trainer see it: nothing that would keep somebody from using it.

Each page is looked at in both widths and in both colours; what axe finds to be serious or critical is a failure.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from browser.furnished import Furnished

from archive.tables import Role

AXE = Path(__file__).parent / "vendored" / "axe.min.js"
VERSION = "4.14.1"
DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SIZES = {1280: 860, 390: 844}


class Excused(NamedTuple):
    """A rule that is not asked of what lies in Streamlit's own shell."""

    rule: str
    selector: str
    why: str


EXCUSED: tuple[Excused, ...] = ()

OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that another colour can change

LOOK = """async ([excused, rules]) => {
  const ours = (rule, element) => !excused.some(([id, selector]) => rule === id && element?.closest(selector));
  const found = await axe.run(document, {
    elementRef: true, resultTypes: ["violations"], ...(rules.length && { runOnly: { type: "rule", values: rules } }),
  });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, impact, nodes }) => nodes
      .filter(({ element }) => ours(id, element))
      .map(({ target, html, any }) => [`${impact} ${id}: ${target.flat().at(-1)}`, html.slice(0, 200),
        ...any.map(({ message }) => message)].join(" | ")));
}"""


def test_axe_is_the_one_that_was_published() -> None:
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == DIGEST
    assert AXE.read_text(encoding="utf-8").startswith(f"/*! axe v{VERSION}\n")


def faults(page: Any, rules: list[str]) -> list[str]:
    """What axe finds in the page as it stands, by these rules or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(LOOK, [[list(each) for each in EXCUSED], rules]))


def everywhere(page: Any, name: str, wrong: dict[str, str]) -> None:
    """Look at a page in both widths and both colours."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme, rules in (("light", []), ("dark", OF_COLOUR)):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(150)  # colours glide
            for fault in faults(page, rules):
                wrong.setdefault(fault, f"{name}, {width} px, {scheme}")


@pytest.mark.parametrize(("role", "language"), [(Role.VIEWER, "zh"), (Role.TRAINER, "en")])
def test_no_page_keeps_anybody_out(furnished: Furnished, visit: Any, role: Role, language: str) -> None:
    pages = furnished.pages(role)
    page = visit(furnished.portal.address, role=role, watched=True).page
    wrong: dict[str, str] = {}
    for name, (path, drawn) in pages.items():
        page.goto(f"{furnished.portal.address}{path}&lang={language}")
        page.locator(drawn).first.wait_for()
        everywhere(page, name, wrong)
        if name == "watch":
            for tab in page.get_by_role("tab").all():
                tab.click()
                everywhere(page, f"watch, {tab.inner_text()}", wrong)
    assert not wrong, "\n\n".join(f"{where}\n{fault}" for fault, where in wrong.items())


def test_the_door_keeps_nobody_out(furnished: Furnished, visit: Any) -> None:
    link = furnished.portal.shijiao.json("members", "add", "周医生")["link"]
    wrong: dict[str, str] = {}
    invited = furnished.portal.address + urlsplit(link).path
    for name, address in {"signed out": furnished.portal.address, "invited": invited, "refused": f"{invited}x"}.items():
        page = visit(address, role=None, expected="h1", watched=True).page
        everywhere(page, name, wrong)
    assert not wrong, "\n\n".join(f"{where}\n{fault}" for fault, where in wrong.items())
