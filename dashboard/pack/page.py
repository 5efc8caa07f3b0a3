"""Puts the file together: its page, what it holds, and our own player, which runs when all of it is there."""

import functools
import hashlib
import html
import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from archive.tables import Recording, now
from dashboard import scripts, wording
from dashboard.pack import contents, pieces
from dashboard.pack.forms import Form, Load
from dashboard.pack.pieces import Piece, Written
from dashboard.views import angles
from dashboard.visit import Visit
from dashboard.withheld import Withheld

_HERE = Path(__file__).parent
_THEME = _HERE.parent / ".streamlit" / "config.toml"
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')  # in a file's name, on one system or another
_LONGEST_NAME = 80  # characters
_ICON = "data:,"


@dataclass(frozen=True)
class Pack:
    """A file to take along. `name` is what it is called on the taker's disk, `label` its form in their language."""

    name: str
    label: str
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        return pieces.size(self.pieces)

    @property
    def digest(self) -> str:
        return pieces.digest(self.pieces)


def compose(visit: Visit, recording: Recording, form: Form, loads: list[Load], kept: Withheld) -> Pack:
    """Put a form of a recording together for whoever visits; nothing is read but playlists and words.

    What is `kept` from those who only watch does not go along, whoever takes it.

    Raises:
        NotFound: the store does not hold what the catalogue says.
    """
    label = _label(visit, form, loads)
    told = contents.told(visit, recording, loads, form, kept)
    lacking = _lacking(visit, recording, loads, kept)
    body: list[Piece] = [Written(_head(visit, recording, label, lacking, told))]
    for part in contents.parts(visit, loads, form, kept):
        body += [_opening(part), part.coded, Written(b"</script>\n")]
    body.append(Written(_tail()))
    name = " ".join(_UNFIT.sub(" ", recording.title).split())[:_LONGEST_NAME] + f" · {label}"
    return Pack(f"{name}.html", label, tuple(body))


def _label(visit: Visit, form: Form, loads: Iterable[Load]) -> str:
    if form is Form.PICTURE:
        height = next((load.picture.height for load in loads if load.picture), 0)
        return visit.t("rung", height=height)
    return visit.t("pack.stills" if any(load.seen and load.stills for load in loads) else "pack.sound")


def _opening(part: contents.Part) -> Written:
    name = html.escape(part.name)
    return Written(f'<script type="text/plain" data-name="{name}" data-first="{part.first}">'.encode())


def _lacking(visit: Visit, recording: Recording, loads: Iterable[Load], kept: Withheld) -> str:
    """Say which views are not in the file; "" where none is missing, or no picture is in it at all."""
    seen = {load.angle.id for load in loads if load.seen and (load.picture or load.stills)}
    catalogue = visit.house.catalogue
    pictured = {row.source_id for row in catalogue.renditions(recording.id) if row.media == "video"}
    named = angles.names(visit.t, catalogue.angles(recording.id))
    others = [
        name
        for angle, name in named.items()
        if angle in pictured - seen and kept.effect.ends.get(angle, 1.0) > 0  # of others all is cut
    ]
    return visit.t("pack.part", names=visit.names(others)) if seen and others else ""


def _head(visit: Visit, recording: Recording, label: str, lacking: str, told: Mapping[str, Any]) -> bytes:
    t, here, member = visit.t, visit.house, visit.member
    institution = here.members.institution(member.institution_id)
    who = t("pack.of", name=member.name, institution=institution) if institution else member.name
    by = [visit.names(recording.speakers), here.members.institution(recording.institution_id)]
    length = max(
        (angle["start"] + angle["duration"] for angle in told["angles"]), default=0.0
    )  # as its player tells it
    by += [wording.date(recording.recorded_at), wording.length(length)]
    values = {
        "html": t.html,
        "policy": _policy(),
        "icon": _ICON,
        "title": recording.title,
        "by": " · ".join(part for part in by if part),
        "lacking": lacking,
        "brand": t("brand"),
        "tagline": t("tagline"),
        "offline": t("pack.offline"),
        "form": label,
        "opening": t("pack.opening"),
        "rights": t("pack.rights", name=who, date=wording.date(now())),
        "playing": t("pack.playing"),
        "licence": t("pack.licence"),
        "hls_licence": scripts.library_licence(),
    }
    escaped = {name: html.escape(value) for name, value in values.items()}
    raw = {"style": style(), "told": json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")}
    return Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(escaped | raw).encode()


@functools.cache
def _tail() -> bytes:
    return "".join(f"<script>{script}</script>\n" for script in _scripts()).encode() + b"</body>\n</html>\n"


@functools.cache
def _scripts() -> tuple[str, str]:
    """Return hls.js, and our player with what feeds it from the file."""
    return scripts.library(), f"(() => {{\n{scripts.packed()}\n}})();\n"


@functools.cache
def _policy() -> str:
    """Return the content security policy: these scripts and no others, and not one byte from elsewhere."""
    known = " ".join(f"'sha256-{b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in _scripts())
    rules = ["default-src 'none'", f"script-src {known}", "style-src 'unsafe-inline'", "img-src data: blob:"]
    return "; ".join([*rules, "media-src data: blob:", "base-uri 'none'", "form-action 'none'"])


@functools.cache
def style() -> str:
    """Return the page's style sheet: the theme's colours as Streamlit names them, and how the page lies around them."""
    theme = tomllib.loads(_THEME.read_text(encoding="utf-8"))["theme"]
    plain = {name: value for name, value in theme.items() if not isinstance(value, dict)}
    light, dark = _properties(plain | theme["light"]), _properties(theme["dark"])
    page = (_HERE / "pack.css").read_text(encoding="utf-8")
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{page}"


def _properties(values: Mapping[str, Any]) -> str:
    return " ".join(f"--st-{_WORDS.sub('-', name).lower()}: {value};" for name, value in values.items())
