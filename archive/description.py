"""What is said of a recording, changed field by field: what somebody else wrote meanwhile is told, not written over.

A field is plain JSON under its name: those of `FIELDS`, and `case.<item>` for each item of `archive.case` and for the
institution. The object is written first, then the catalogue, which `rebuild` makes of it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from archive import case, deposit, recorded
from archive.catalogue import Catalogue
from archive.database import one_writer
from archive.errors import DescriptionError
from archive.ocfl import OcflRoot
from archive.people import institutions
from archive.tables import Kind, Recording, State

FIELDS = (
    "title", "kind", "language", "specialty", "procedure", "speakers", "date", "take_away", "poster",
)  # fmt: skip
_LONGEST = {"title": 300, "specialty": 200, "procedure": 200, "speakers": 100}  # characters
_LANGUAGE = re.compile(r"[a-z]{2,4}")
_CASE = "case."
_CASE_NAMES = frozenset({*(item.name for item in case.ITEMS), "institution"})
_CHANGED = re.compile(r"Described \((?P<fields>[^)]*)\) by (?P<author>.*)")


@dataclass(frozen=True)
class Wanted:
    """A field that was seen as `before` and is to be `after`."""

    before: Any
    after: Any


@dataclass(frozen=True)
class Described:
    """What is said of a recording now. With `conflicts`, fields that somebody else changed, nothing was written."""

    fields: dict[str, Any]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """A version of the description: when, and what of it was changed by whom where that is known."""

    number: int
    at: datetime
    author: str
    fields: tuple[str, ...]


def fields(recording: Recording) -> dict[str, Any]:
    """Return what is said of a recording, field by field; what is not said is left out of the case only."""
    said = {name: getattr(recording, name) for name in FIELDS if name != "date"}
    said |= {
        "kind": recording.kind.value,
        "date": recording.recorded_at.date().isoformat() if recording.recorded_at else "",
    }
    return said | {f"{_CASE}{name}": value for name, value in recording.case.items()}


def change(
    catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, wanted: Mapping[str, Wanted], *, author: str
) -> Described:
    """Change fields, all or none of them. Where they read as wanted already, nothing is written.

    Raises:
        DescriptionError: a value cannot be; `facts` has the `field` and `why`.
        StoreError: it could not be kept; nothing is changed.
    """
    with one_writer(catalogue.engine, recording_id):
        recording = catalogue.recording(recording_id)
        here = fields(recording)
        after = {name: _checked(catalogue, recording, name, each.after) for name, each in wanted.items()}
        nothing = {name: False if name == "take_away" else "" for name in wanted}
        conflicts = tuple(
            name for name, each in wanted.items() if here.get(name, nothing[name]) not in (each.before, after[name])
        )
        changed = {name: value for name, value in after.items() if here.get(name, nothing[name]) != value}
        if conflicts or not changed:
            return Described(here, conflicts)
        values = _values(catalogue, recording, changed)
        for name, value in values.items():
            setattr(recording, name, value)
        if recording.state is not State.RECEIVING:  # else it has no object yet, and will begin with this
            message = f"Described ({', '.join(changed)}) by {author}"
            deposit.keep_description(ocfl, recording, catalogue.sources(recording_id), message=message)
        return Described(fields(catalogue.change(recording_id, **values)))


def history(ocfl: OcflRoot, recording_id: str, *, most: int = 30) -> list[Version]:
    """Return the newest versions in which the description changed, the newest first; none before it has arrived."""
    object_id = deposit.object_id(recording_id)
    if not ocfl.exists(object_id):
        return []
    found = []
    for number, version in islice(ocfl.inventory(object_id).changes(deposit.DESCRIPTION), most):
        told = _CHANGED.fullmatch(version.message)
        names = tuple(told["fields"].split(", ")) if told else ()
        found.append(Version(number, version.created, told["author"] if told else "", names))
    return found


def _values(catalogue: Catalogue, recording: Recording, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of the recording that changed fields make."""
    values = {name: value for name, value in changed.items() if name in FIELDS and name not in ("kind", "date")}
    if "kind" in changed:
        values["kind"] = Kind(changed["kind"])
    if "date" in changed:
        values["recorded_at"] = _noon(changed["date"]) if changed["date"] else None
    told = {name.removeprefix(_CASE): value for name, value in changed.items() if name.startswith(_CASE)}
    if told:
        values["case"] = case.cleaned(recording.case | told)
    if "institution" in told:
        values["institution_id"] = institutions.entered(catalogue.engine, str(told["institution"]))
    return values


def _checked(catalogue: Catalogue, recording: Recording, name: str, value: Any) -> Any:
    """Return a value in the form in which it is kept."""
    if name.startswith(_CASE) and name.removeprefix(_CASE) in _CASE_NAMES:
        item = name.removeprefix(_CASE)
        if isinstance(value, str) and len(value) > case.MOST_CHARACTERS:
            raise _wrong(name, "long")
        return case.cleaned({item: value}).get(item, "")
    if name == "poster":
        return _poster(catalogue, recording, value)
    return _CHECKS[name](name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    text = " ".join(value.split())
    if len(text) > _LONGEST[name]:
        raise _wrong(name, "long")
    return text


def _title(name: str, value: Any) -> str:
    text = _text(name, value)
    if not text:
        raise _wrong(name, "empty")
    return text


def _kind(name: str, value: Any) -> str:
    if value not in tuple(Kind):
        raise _wrong(name, "unknown")
    return str(value)


def _language(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise _wrong(name, "unknown")
    return value


def _speakers(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 50:
        raise _wrong(name, "long")
    return [text for text in dict.fromkeys(_text(name, each) for each in value) if text]


def _date(name: str, value: Any) -> str:
    if value == "":
        return ""
    try:
        day = _noon(value)
    except (TypeError, ValueError):
        raise _wrong(name, "no_date") from None
    return recorded.checked(day).date().isoformat()


def _flag(_name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _poster(catalogue: Catalogue, recording: Recording, value: Any) -> dict[str, Any]:
    """Return the still that a poster is, of an angle of this recording that has any; nothing: ours to choose."""
    if not value:
        return {}
    angle, time = value["angle"], float(value["time"])
    if angle not in catalogue.stills(recording.id) or not math.isfinite(time):
        raise _wrong("poster", "no_still")
    return {"angle": angle, "time": round(max(0.0, time), 2)}


_CHECKS = {
    "title": _title, "kind": _kind, "language": _language, "specialty": _text, "procedure": _text,
    "speakers": _speakers, "date": _date, "take_away": _flag,
}  # fmt: skip


def _noon(day: str) -> datetime:
    """The noon of a day, so that it is that day wherever it is read."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def _wrong(field: str, why: str) -> DescriptionError:
    return DescriptionError(f"“{field}” cannot be that ({why}).", "Change it.", field=field, why=why)
