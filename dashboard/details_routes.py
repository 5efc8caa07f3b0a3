"""What the page of a recording's description asks for and sends: its fields, its stills, and who changed what when."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from archive import description
from archive.arrivals import used
from archive.cuts.ranges import shifted
from archive.description import Wanted
from archive.errors import InputError
from archive.ocfl import OcflRoot
from archive.tables import Member, Recording
from dashboard import pictures
from dashboard.desk.asking import about
from dashboard.house import House
from dashboard.posts import Wish

_MOST = 100  # fields in one message
_MOST_STILLS = 200  # to choose a poster from


def routes() -> list[Route]:
    """Return the routes; both want EDIT on the recording."""
    begin = "/gate/details/{recording}"
    return [
        Route(f"{begin}/sheet", about(_sheet), methods=["GET"]),
        Route(f"{begin}/change", about(_change), methods=["POST"]),
    ]


def _sheet(here: House, member: Member, recording: Recording, _told: Wish) -> Any:
    """What is said of the recording now, the words in use, the stills, and the versions of the description."""
    base = f"gate/{here.token(member, recording.id)}"
    angles = [angle.id for angle in here.catalogue.angles(recording.id)]
    cut = here.cuts.ranges(recording.id)
    starts = {source.id: source.start for source in here.catalogue.sources(recording.id)}
    stills = {
        angle: pictures.shown(row, shifted(cut, -starts[angle]))
        for angle, row in here.catalogue.stills(recording.id).items()
    }
    ours = next((stills[angle] for angle in angles if angle in stills and pictures.poster(stills[angle])), None)
    return {
        "fields": description.fields(recording),
        "used": used.words(here.catalogue.engine),
        "ours": f"{base}/{ours.source_id}/stills/{quote(pictures.poster(ours))}" if ours else "",
        "stills": [
            {"angle": angle, "time": scene["time"], "image": f"{base}/{angle}/stills/{quote(scene['file'])}"}
            for angle in angles
            if angle in stills
            for scene in _thinned(pictures.scenes(stills[angle]))
        ],
        "history": [
            {"at": version.at.isoformat(), "author": version.author, "fields": version.fields}
            for version in description.history(OcflRoot(here.store), recording.id)
        ],
    }


def _thinned(scenes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield at most so many scenes as somebody looks through, spread over the recording."""
    every = -(-len(scenes) // _MOST_STILLS) or 1
    yield from scenes[::every]


def _change(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    """Change fields: all of them are saved, or, with conflicts, none."""
    changes = told["changes"]
    if len(changes) > _MOST:
        raise InputError("These are too many fields.", "Load the page again.")
    wanted = {str(name): Wanted(each["before"], each["after"]) for name, each in changes.items()}
    ocfl = OcflRoot(here.store)
    made = description.change(here.catalogue, ocfl, recording.id, wanted, author=member.name)
    here.written.set()
    last = description.history(ocfl, recording.id, most=1) if made.conflicts else []
    return {
        "fields": made.fields,
        "conflicts": made.conflicts,
        "who": last[0].author if last else "",
    }
