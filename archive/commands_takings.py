"""`shijiao take-away` and `shijiao taken`: whether a recording may be taken along, and who took it."""

from typing import Annotated

import typer

from archive import description
from archive.access import LOCAL
from archive.catalogue import Catalogue
from archive.database import connect
from archive.description import Wanted
from archive.errors import NotFound, shown
from archive.learning import takings
from archive.output import console, cut, notes, print_json, table
from archive.people.members import Members
from archive.settings import load_settings

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("take-away")(take_away)
    app.command()(taken)


def take_away(
    recording_id: Annotated[
        str, typer.Argument(help="The recording's id; its first characters will do.", show_default=False)
    ],
    allowed: Annotated[bool, typer.Option("--allow/--refuse", help="Whether its rights allow it.")] = True,
    as_json: _Json = False,
) -> None:
    """Allow a recording to be taken along as a file that plays without the archive, or refuse it from now on."""
    from archive.objects import open_store
    from archive.ocfl import OcflRoot

    settings = load_settings()
    catalogue = Catalogue(connect(settings))
    recording = catalogue.recording(recording_id)
    with open_store(settings) as store:
        wanted = {"take_away": Wanted(recording.take_away, allowed)}
        said = description.change(catalogue, OcflRoot(store), recording.id, wanted, author=LOCAL.name)
    allowed = said.fields["take_away"]
    if as_json:
        print_json({"recording": recording.id, "take_away": allowed})
    else:
        notes.print(f"“{shown(recording.title)}” may {'be taken along' if allowed else 'not be taken along any more'}.")


def taken(
    recording_id: Annotated[str, typer.Argument(help="Only this recording.", show_default=False)] = "",
    as_json: _Json = False,
) -> None:
    """List who took which recording along, when, and in which form."""
    engine = connect(load_settings())
    catalogue = Catalogue(engine)
    rows = takings.Takings(engine).of(catalogue.recording(recording_id).id if recording_id else None)
    people = Members(engine).named(list({row.member_id for row in rows}))
    listed = [
        row.model_dump(mode="json")
        | {
            "institution": people[row.member_id].institution if row.member_id in people else "",
            "title": _title(catalogue, row.recording_id),
        }
        for row in rows
    ]
    if as_json:
        print_json(listed)
        return
    if not listed:
        notes.print("Nobody has taken anything along.")
        return
    columns = table("when", "who", "institution", "form", "MB", "recording", "title")
    for each in listed:
        when = each["taken_at"][:16].replace("T", " ")
        columns.add_row(
            when, each["member_name"], each["institution"], each["form"], f"{each['size'] / 1e6:.1f}",
            each["recording_id"], cut(shown(each["title"])),
        )  # fmt: skip
    console.print(columns)


def _title(catalogue: Catalogue, recording_id: str) -> str:
    try:
        return catalogue.recording(recording_id).title
    except NotFound:  # it is no more; who took it is still told
        return ""
