"""Taking in several files as one recording, watchable at once, on the real store with real media."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from archive import deposit, derivatives
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, NotMedia
from archive.jobs import Jobs
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Alignment, JobState, State
from ingest import ahead, ffmpeg, intake
from ingest.angles import Given, parse
from ingest.intake import Description, Intake, Taken
from ingest.steps import join, probe, remux
from ingest.watch import Silent

pytestmark = pytest.mark.store
MIB = 1 << 20


class Desk:
    """An intake on the real store, with small parts so that small files have several."""

    def __init__(self, settings: Settings, store: ObjectStore, folder: Path, clip: Path) -> None:
        self.settings = settings.model_copy(update={"part_size": 5 * MIB})
        database = connect(self.settings)
        self.catalogue, self.jobs = Catalogue(database), Jobs(database)
        self.store = store
        self.folder, self.clip = folder, clip
        self.warnings: list[str] = []

    def film(self, name: str, padding: int = 16) -> Path:
        """The clip with other bytes behind it: the same film, another file."""
        path = self.folder / name
        box = b"free" + os.urandom(padding)
        path.write_bytes(self.clip.read_bytes() + (len(box) + 4).to_bytes(4, "big") + box)
        return path

    def take(self, *sources: str, offsets: tuple[str, ...] = (), sent: Any = lambda *_: None) -> Taken:
        return self.take_given(parse(sources, offsets), sent=sent)

    def take_given(self, angles: list[Given], sent: Any = lambda *_: None) -> Taken:
        made = Intake(self.settings, self.catalogue, self.jobs, open_store, warn=self.warnings.append)
        return made.take(angles, Description(title="手术"), hashed=lambda *_: None, sent=sent)


@pytest.fixture
def desk(settings: Settings, store: ObjectStore, tmp_path: Path, clip: Path) -> Desk:
    return Desk(settings, store, tmp_path, clip)


@pytest.fixture
def sends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose bytes are sent."""
    names: list[str] = []
    real: Callable[..., Any] = intake.send

    def send(store: ObjectStore, key: str, path: Path, **how: Any) -> Any:
        names.append(path.name)
        return real(store, key, path, **how)

    monkeypatch.setattr(intake, "send", send)
    return names


def test_three_sources_become_one_recording_that_can_be_watched(desk: Desk) -> None:
    scope, room, second = (desk.film(name) for name in ("scope.mp4", "room.mp4", "second.mp4"))
    named = (f"endoscope={scope}", f"room={room}", f"room={second}")
    taken = desk.take(*named, offsets=("room=-12.4",))
    recording = taken.recording
    assert (taken.known, recording.state) == (False, State.RECEIVED)
    angles = desk.catalogue.angles(recording.id)
    assert [(angle.first.role.value, angle.first.start, angle.first.alignment) for angle in angles] == [
        ("endoscope", 12.4, Alignment.GIVEN),
        ("room", 0.0, Alignment.GIVEN),
        ("room", 0.0, Alignment.UNKNOWN),
    ]
    for angle, path in zip(angles, (scope, room, second), strict=True):
        assert desk.store.get(angle.first.key) == path.read_bytes()
        shown = {row.name: row for row in desk.catalogue.renditions(recording.id) if row.source_id == angle.id}
        assert set(shown) == {"source", "audio"}
        for row in shown.values():
            assert desk.store.head(row.prefix + row.file).size == row.size
            assert b"#EXT-X-ENDLIST" in desk.store.get(row.prefix + row.playlist)
    status = desk.jobs.latest(recording.id)
    assert status is not None
    assert status.job.state is JobState.QUEUED
    assert desk.catalogue.recording(recording.id).duration == pytest.approx(12.4 + 7.0, abs=0.2)
    # Its first version is in the store, and reads back as it was described.
    read, sources, _ = deposit.read(OcflRoot(desk.store), recording.id)
    assert read.title == "手术"
    assert [(source.position, source.start, source.alignment) for source in sources] == [
        (0, 12.4, Alignment.GIVEN),
        (1, 0.0, Alignment.GIVEN),
        (2, 0.0, Alignment.UNKNOWN),
    ]
    again = desk.take(*named, offsets=("room=-12.4",))
    assert (again.known, again.recording.id) == (True, recording.id)


def test_a_worker_finds_what_was_made_ahead(desk: Desk) -> None:
    taken = desk.take(f"room={desk.film('a.mp4')}")
    (source,) = desk.catalogue.sources(taken.recording.id)
    inputs = {"source": source.sha512}
    looked = derivatives.load(
        desk.store, taken.recording.id, derivatives.digest("probe", asdict(probe.Recipe()), inputs)
    )
    assert looked is not None
    recipe = asdict(remux.Recipe(media=looked.facts))
    made = derivatives.load(desk.store, taken.recording.id, derivatives.digest("remux", recipe, inputs))
    assert made is not None
    assert set(made.files) == {"source.mp4", "source.m3u8", "audio.mp4", "audio.m3u8"}
    assert not list((desk.settings.home / "intake").glob("*")), "no scratch is left"


def test_what_fails_ahead_fails_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no")

    monkeypatch.setattr(ahead.remux, "run", broken)
    taken = desk.take(f"room={desk.film('a.mp4')}")
    assert taken.recording.state is State.RECEIVED
    assert desk.catalogue.renditions(taken.recording.id) == []
    monkeypatch.setattr(ahead.derivatives, "save", broken)
    assert desk.take(f"room={desk.film('b.mp4')}").recording.state is State.RECEIVED
    assert not list((desk.settings.home / "intake").glob("*"))


def test_one_bad_file_refuses_the_set_before_a_byte_is_sent(desk: Desk, sends: list[str]) -> None:
    good, bad = desk.film("good.mp4"), desk.folder / "报告.mp4"
    bad.write_bytes(b"%PDF-1.7\n" * 99)
    with pytest.raises(NotMedia, match=r"“报告\.mp4”") as caught:
        desk.take(f"room={good}", f"slides={bad}")
    assert sends == []
    refused = desk.catalogue.recording(caught.value.facts["recording"])
    assert refused.state is State.REFUSED
    assert [source.name for source in desk.catalogue.sources(refused.id)] == ["good.mp4", "报告.mp4"]
    assert desk.take(f"room={good}").recording.state is State.RECEIVED
    with pytest.raises(InputError, match="named twice"):
        desk.take(f"room={good}", f"slides={good}")


def test_a_file_of_another_recording_is_told_and_not_taken_again(desk: Desk, sends: list[str]) -> None:
    first, other = desk.film("first.mp4"), desk.film("other.mp4")
    held = desk.take(f"room={first}").recording
    sends.clear()
    with pytest.raises(InputError, match=r"“first\.mp4” is in the archive already") as caught:
        desk.take(f"endoscope={other}", f"room={first}")
    assert caught.value.facts["held_by"] == held.id
    assert sends == []
    assert desk.take(f"room={first}").known


def test_an_interrupted_set_goes_on_where_it_was(desk: Desk, sends: list[str]) -> None:
    one, two = desk.film("one.mp4"), desk.film("two.mp4", padding=12 * MIB)
    named = (f"endoscope={one}", f"room={two}")

    def interrupt(done: int, _total: int) -> None:
        if done > one.stat().st_size + 4 * MIB:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.take(*named, sent=interrupt)
    (begun,) = [row for row in desk.catalogue.recordings(states=[State.RECEIVING]) if row.title == "手术"]
    assert [bool(source.sha512) for source in desk.catalogue.sources(begun.id)] == [True, False]
    assert desk.jobs.latest(begun.id) is None
    assert sends == ["one.mp4", "two.mp4"]
    (desk.folder / "two.mp4").rename(desk.folder / "moved.mp4")
    sends.clear()
    taken = desk.take(f"endoscope={one}", f"room={desk.folder / 'moved.mp4'}")
    assert (taken.recording.id, taken.recording.state) == (begun.id, State.RECEIVED)
    assert sends == ["moved.mp4"], "what had arrived is not sent again"
    assert list(desk.store.unfinished("ocfl/")) == []
    assert len(desk.jobs.all()) == len({status.job.id for status in desk.jobs.all()})


def test_interrupted_when_all_had_arrived_it_is_complete_at_once(
    desk: Desk, sends: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.film("a.mp4")

    def killed(*_: Any, **__: Any) -> Any:
        raise SystemExit  # stands for a kill -9: nothing after it is done

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "_finish", killed)
        with pytest.raises(SystemExit):
            desk.take(f"room={path}")
    (source,) = [row[0] for row in desk.catalogue.uploads_from(path)]
    assert desk.jobs.latest(source.recording_id) is None
    copied = desk.folder / "copy.mp4"  # the same bytes by another name complete it too
    copied.write_bytes(path.read_bytes())
    sends.clear()
    taken = desk.take(f"room={copied}")
    assert (taken.recording.id, taken.known, taken.recording.state) == (source.recording_id, True, State.RECEIVED)
    assert sends == []
    assert desk.jobs.latest(source.recording_id) is not None


def test_a_file_that_changes_while_it_is_read_leaves_nothing_behind(desk: Desk) -> None:
    first, second = desk.film("first.mp4"), desk.film("second.mp4", 6 * MIB)

    def grow(done: int, total: int) -> None:
        with second.open("ab") as file:
            file.write(b"more")

    with pytest.raises(InputError, match="changed while it was being read"):
        desk.take(f"room={first}", f"slides={second}", sent=grow)
    assert not [each for each in desk.catalogue.recordings() if each.state is State.RECEIVING]
    assert not [upload for path in (first, second) for upload in desk.catalogue.uploads_from(path)]
    assert not desk.take(f"room={first}").known


def test_a_damaged_file_is_taken_with_a_warning(desk: Desk, tmp_path: Path) -> None:
    stream = tmp_path / "whole.mkv"
    arguments = [ffmpeg.binary(), "-v", "error", "-i", str(desk.clip), "-c", "copy", str(stream)]
    subprocess.run(arguments, check=True)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(stream.read_bytes()[: stream.stat().st_size // 2] + os.urandom(8))
    taken = desk.take(f"room={cut}")
    assert taken.recording.state is State.RECEIVED
    (warning,) = desk.warnings
    assert "“cut.mkv” is damaged" in warning
    assert "to 0:08" in warning


def parts_of(clip: Path, folder: Path, kind: str) -> list[Path]:
    folder.mkdir()
    film = folder / "film.mp4"
    picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=320x180:r=30000/1001:d=6",
        "-f",
        "lavfi",
        "-i",
        "sine=f=440:d=6:r=48000",
    ]
    encoded = ["-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-bf", "2", "-c:a", "aac", str(film)]
    subprocess.run([ffmpeg.binary(), "-v", "error", *picture, *encoded], check=True)
    anew = [] if kind == "ts" else ["-reset_timestamps", "1"]
    cut = ["-i", str(film), "-c", "copy", "-f", "segment", "-segment_time", "2", *anew, str(folder / f"p%d.{kind}")]
    subprocess.run([ffmpeg.binary(), "-v", "error", *cut], check=True)
    return sorted(folder.glob("p*"))


def decoded(path: Path, stream: str) -> str:
    command = [ffmpeg.binary(), "-v", "error", "-i", str(path), "-map", f"0:{stream}", "-f", "md5", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kind", ["mp4", "ts", "mkv"])
def test_parts_join_without_a_seam(clip: Path, tmp_path: Path, kind: str) -> None:
    parts = parts_of(clip, tmp_path / "parts", kind)
    assert len(parts) == 3
    whole = probe.probe(tmp_path / "parts" / "film.mp4", name="film")
    recipe = join.Recipe([probe.probe(path, name=path.name) for path in parts])
    out = tmp_path / "out"
    out.mkdir()
    facts = join.run({str(number): path for number, path in enumerate(parts)}, out, recipe, Silent())
    made = probe.probe(out / facts["file"], name="joined")
    assert [stream["packets"] for stream in made["streams"]] == [stream["packets"] for stream in whole["streams"]]
    assert made["duration"] == pytest.approx(whole["duration"], abs=0.045)  # a transport stream keeps the lead-in
    assert (made["missing"], made["web_safe_video"], made["web_safe_audio"]) == ([], True, True), made
    assert facts["parts"][-1]["to"] == pytest.approx(6.0, abs=0.045)
    if kind != "mkv":  # whose milliseconds are not exactly the film's times
        assert decoded(out / facts["file"], "v") == decoded(tmp_path / "parts" / "film.mp4", "v")


def test_parts_are_kept_as_they_came(desk: Desk, tmp_path: Path) -> None:
    one, two, _ = parts_of(desk.clip, tmp_path / "parts", "mp4")
    taken = desk.take(f"endoscope={one}", f"endoscope+={two}")
    (angle,) = desk.catalogue.angles(taken.recording.id)
    assert [(part.part, desk.store.get(part.key)) for part in angle.parts] == [
        (0, one.read_bytes()),
        (1, two.read_bytes()),
    ]
    assert desk.catalogue.renditions(taken.recording.id) == [], "a part is not the recording"
    other = desk.film("other.mp4")
    with pytest.raises(InputError, match=r"“other\.mp4”.*not parts of one recording"):
        desk.take(f"room={desk.film('more.mp4')}", f"endoscope={tmp_path / 'parts' / 'p2.mp4'}", f"endoscope+={other}")


def test_a_known_file_puts_back_what_is_damaged(desk: Desk) -> None:
    film = desk.film("whole.mp4")
    taken = desk.take(f"room={film}")
    (source,) = desk.catalogue.sources(taken.recording.id)
    assert desk.take(f"room={film}").known
    assert desk.warnings == []
    kept = desk.store.get(source.key)
    desk.store.put(source.key, kept[:-1] + b"?")
    assert desk.take(f"room={film}").known
    assert desk.warnings == ["What was kept of “whole.mp4” was damaged, and is whole again."]
    assert desk.store.get(source.key) == kept
    assert OcflRoot(desk.store).verify(deposit.object_id(taken.recording.id)) == []
