"""Captions handed in on the command line, and chapters, on the real store: kept, believed, found, and restored."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive import captions, deposit, derivatives, versions
from archive.catalogue import Catalogue
from archive.database import connect
from archive.derivatives import Derived, Ready
from archive.errors import NotFound
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.search.index import Hit, SearchIndex
from archive.settings import Settings
from archive.tables import ChapterOrigin, Recording, Source, State, now
from archive.transcripts import Segment, Transcript
from archive.transcripts.captions import read
from archive.transcripts.edits import Edit

pytestmark = pytest.mark.store

HEARD = ("变异减速常见与期待受压", "处理时先排除期待脱垂")
SAID = ("变异减速常见于脐带受压", "处理时先排除脐带脱垂")
ENGLISH = ("Variable decelerations are common with cord compression.", "First rule out a prolapse of the cord.")


def srt(*lines: str) -> str:
    return "".join(
        f"{n}\n00:00:{n * 3:02},000 --> 00:00:{n * 3 + 2:02},500\n{line}\n\n" for n, line in enumerate(lines)
    )


@pytest.fixture(scope="module")
def house(settings: Settings, store: ObjectStore, at_home: Any) -> Any:
    """A recording of a minute that a machine listened to, and chapters that were suggested for it."""
    catalogue = Catalogue(connect(settings))
    recording = Recording(title="胎心监护", state=State.IN_REVIEW, duration=60.0)
    body = b"not really a film"
    source = Source(recording_id=recording.id, name="a.mp4", size=len(body), sha512=hashlib.sha512(body).hexdigest())
    ocfl = OcflRoot(store)
    ocfl.ensure()
    source.key = deposit.source_key(ocfl, source)
    store.put(source.key, body)
    catalogue.add(recording, [source])
    deposit.receive(ocfl, recording, [source])
    machine = Transcript("zh", tuple(Segment(n * 3, n * 3 + 2.5, text) for n, text in enumerate(HEARD)))
    deposit.keep_transcripts(ocfl, recording.id, [machine], message="Transcript")
    catalogue.put_transcript(recording.id, machine, path=deposit.transcript_path("zh", "machine"))
    found = [
        {"start": 0.0, "end": 30.0, "title": "胎心基线", "reason": "start", "why": {}},
        {"start": 30.0, "end": 60.0, "title": "小结", "reason": "cue", "why": {"cue": "最后"}},
    ]
    made = Derived("chapters", "c" * 32, derivatives.folder(recording.id, "c" * 32), {"chapters": found})
    derivatives.complete(store, made)
    derivatives.mark_ready(store, recording.id, Ready(60.0, {}, [made.digest]))
    rows = derivatives.chapters(recording.id, made)
    catalogue.put_chapters(recording.id, rows, origin=ChapterOrigin.SUGGESTED)
    shijiao = at_home(settings.home)
    shijiao.catalogue, shijiao.ocfl, shijiao.recording = catalogue, ocfl, recording
    return shijiao


def head(house: Any) -> int:
    return int(house.ocfl.inventory(deposit.object_id(house.recording.id)).head)


def believed(house: Any) -> dict[str, tuple[str, str]]:
    """The first line and the origin of what is shown in each language."""
    tracks = house.catalogue.tracks(house.recording.id)
    said = {row.language: house.catalogue.transcript(house.recording.id, row.language) for row in tracks}
    return {language: (transcript.segments[0].text, transcript.origin) for language, transcript in said.items()}


def answers(house: Any, query: str) -> list[Hit]:
    index = SearchIndex(house.home / "search")
    index.follow(house.catalogue)
    return index.search(query)


def test_from_the_file_to_the_answer_and_back_again(house: Any, tmp_path: Path) -> None:
    recording = house.recording.id
    mandarin, english = tmp_path / "zh.srt", tmp_path / "en.vtt"
    mandarin.write_bytes(srt(*SAID).encode("gb18030"))
    english.write_text("WEBVTT\n\n" + srt(*ENGLISH).replace(",", "."), encoding="utf-8")

    done = house.run("captions", recording, mandarin)
    assert done.returncode == 0, done.stderr
    assert "2 captions in zh (guessed from the text; --language says otherwise): version 1." in done.stderr
    assert f"SRT in GB18030: “{SAID[0]}”" in done.stderr
    told = house.json("captions", recording, english, "--language", "en-GB")
    assert told["tracks"] == [{"language": "en", "captions": 2, "version": 1, "changed": True}]
    assert list(believed(house).items()) == [("zh", (SAID[0], "imported")), ("en", (ENGLISH[0], "imported"))]

    kept = head(house)
    mandarin.write_bytes(srt(*SAID).encode("utf-16"))
    assert house.json("captions", recording, mandarin)["tracks"][0]["changed"] is False
    assert head(house) == kept, "the same words change nothing, however they are written"
    mandarin.write_text(srt(SAID[0] + "。", SAID[1]), encoding="utf-8")
    assert house.json("captions", recording, mandarin)["tracks"][0] == {
        "language": "zh",
        "captions": 2,
        "version": 2,
        "changed": True,
    }
    assert head(house) == kept + 1

    for query, by in (("脐带脱垂", "text"), ("期待受压", "sound"), ("prolapse", "text")):
        (hit,) = answers(house, query)
        assert {moment.by for moment in hit.moments} == {by}, query  # what the machine misheard is no longer written

    before = house.json("show", recording)
    assert [(each["title"], each["origin"], each["reason"]) for each in before["chapters"]] == [
        ("胎心基线", "suggested", "start"),
        ("小结", "suggested", "cue"),
    ]
    rebuilt = house.json("rebuild")  # other tests have recordings in this store
    assert (recording in rebuilt["restored"], recording in rebuilt["queued"]) == (True, False)
    shown = house.run("show", recording).stdout
    assert "chapter     0:30     小结  (suggested: cue)" in shown
    assert believed(house) == {"zh": (SAID[0] + "。", "imported"), "en": (ENGLISH[0], "imported")}
    assert {row.path: row.version for row in house.catalogue.transcripts(recording)} == {
        row["path"]: row["version"] for row in before["transcripts"]
    }

    assert house.json("captions", recording, "--remove", "--language", "zh")["removed"] == ["zh"]
    assert believed(house) == {"zh": (HEARD[0], "machine"), "en": (ENGLISH[0], "imported")}
    assert captions.remove(house.catalogue, house.ocfl, house.recording) == ["en"]
    assert list(believed(house)) == ["zh"]
    with pytest.raises(NotFound, match="has no imported captions"):
        captions.remove(house.catalogue, house.ocfl, house.recording)


def test_what_people_edited_stays_when_an_import_comes_or_goes(house: Any) -> None:
    recording, catalogue, ocfl = house.recording.id, house.catalogue, house.ocfl

    def edit(language: str, before: str, after: str) -> None:
        made = Edit(0.0, 2.5, before, after, author="王医生", at=now())
        versions.edit(catalogue, ocfl, recording, language, [made])

    bring = partial(captions.keep, catalogue, ocfl, house.recording, name="file.srt")
    bring(read(srt(*SAID).encode()))
    edit("zh", "常见于", "多见于")
    assert believed(house)["zh"] == ("变异减速多见于脐带受压", "edited")
    captions.remove(catalogue, ocfl, house.recording)
    text, origin = believed(house)["zh"]
    assert origin == "edited"
    assert "多见于" in text
    assert catalogue.transcripts(recording)[0].facts["base"] == "machine"

    bring(read(srt(*ENGLISH).encode()))
    edit("en", "common", "frequent")
    captions.remove(catalogue, ocfl, house.recording, "en")
    assert list(believed(house)) == ["zh"]
    bring(read(srt(*ENGLISH).encode()))
    assert believed(house)["en"] == (ENGLISH[0].replace("common", "frequent"), "edited")


def test_what_does_not_fit_is_refused_and_nothing_is_kept(house: Any, tmp_path: Path) -> None:
    recording, kept = house.recording.id, head(house)
    late = tmp_path / "late.srt"
    late.write_text("1\n00:02:00,000 --> 00:02:01,000\n太晚了，太晚了\n", encoding="utf-8")
    done = house.run("captions", recording, late)
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr.startswith("shijiao: Line 2: a caption begins at 00:02:00, but the recording ends at 00:01:00.")
    assert head(house) == kept
    waiting = Recording(title="还没有收下", state=State.RECEIVING)
    house.catalogue.add(waiting, [])
    late.write_text(srt(*SAID), encoding="utf-8")
    done = house.run("captions", waiting.id, late)
    assert done.returncode == 65
    assert "is not kept yet" in done.stderr
    refused = Recording(title="不是录像", state=State.REFUSED)
    house.catalogue.add(refused, [])
    done = house.run("captions", refused.id, late)
    assert (done.returncode, "nothing of it is kept" in done.stderr, "Wait" in done.stderr) == (66, True, False)
