"""`shijiao captions`: captions in WebVTT or SRT for a recording, in its own language or another."""

from pathlib import Path
from typing import Annotated

import typer

from archive import captions
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, NotFound
from archive.output import notes, print_json
from archive.settings import load_settings
from archive.tables import Recording
from archive.transcripts.captions import LARGEST, Captions, read
from archive.transcripts.languages import subtag


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("captions")(captions_)


def captions_(
    recording_id: Annotated[
        str, typer.Argument(help="The recording's id; its first characters will do.", show_default=False)
    ],
    file: Annotated[Path | None, typer.Argument(help="WebVTT or SRT.", show_default=False)] = None,
    language: Annotated[
        str, typer.Option(help="The captions' language, such as zh or en; guessed from the text where not given.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was imported (in that language).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import captions, which are believed before what machines wrote; or take such an import back."""
    from archive.objects import open_store
    from archive.ocfl import OcflRoot

    if (file is None) != remove:
        raise InputError("Name a file of captions, or say --remove.", "`shijiao captions --help` shows how.")
    settings = load_settings()
    catalogue = Catalogue(connect(settings))
    recording = catalogue.recording(recording_id)
    if file is None:
        with open_store(settings) as store:
            gone = captions.remove(catalogue, OcflRoot(store), recording, subtag(language) if language else "")
        if as_json:
            print_json({"recording": recording.id, "removed": gone})
        else:
            notes.print(f"Taken back: the imported captions in {', '.join(gone)}.")
        return
    found = read(_bytes(file), language=language, duration=recording.duration)
    with open_store(settings) as store:
        tracks = captions.keep(catalogue, OcflRoot(store), recording, found, name=file.name)
    if as_json:
        print_json(_as_json(recording, found, tracks))
    else:
        _tell(recording, found, tracks)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise NotFound(f"“{file}” cannot be read: {error.strerror}.", "Check the path.") from error


def _tell(recording: Recording, found: Captions, tracks: list[captions.Track]) -> None:
    for track in tracks:
        known = " (guessed from the text; --language says otherwise)" if found.guessed else ""
        done = f"version {track.version}" if track.new else "nothing to change: exactly these were imported before"
        notes.print(f"{track.captions} captions in {track.language}{known}: {done}.")
        notes.print(f"  The first, read as {found.form} in {found.encoding}: “{' '.join(track.first.split())}”")
    if found.looks:
        said = tracks[0].language
        notes.print(f"The text looks like {found.looks}, not {said}. `--remove --language {said}` takes it back.")
    if found.left_out or found.cut:
        notes.print(f"{found.cut} were cut off at the recording's end, {found.left_out} behind it left out.")
    if recording.duration is None:
        notes.print("How long the recording lasts is not known yet, so the times were not checked against it.")


def _as_json(recording: Recording, found: Captions, tracks: list[captions.Track]) -> dict[str, object]:
    return {
        "recording": recording.id,
        "format": found.form,
        "encoding": found.encoding,
        "guessed": found.guessed,
        "cut": found.cut,
        "left_out": found.left_out,
        "tracks": [
            {
                "language": track.language,
                "captions": track.captions,
                "version": track.version,
                "changed": track.new,
            }
            for track in tracks
        ],
    }
