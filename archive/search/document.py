"""One document a recording: what is indexed of it, and what is kept to show where in it the answer stands.

A whole recording is one document: the index groups, filters and counts recordings by itself, and what is said across
the edge of two sentences needs no special care. Where in a recording a query stands is found in its kept text.
"""

import functools
import json
from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, groupby
from typing import Any

import tantivy

from archive.search.analyser import BREAK, characters, flow, pairs, searched, words
from archive.search.naming import names
from archive.search.sounds import heard
from archive.searchable import Searchable, Timed
from archive.tables import Recording

_LATEST = 2**31 - 1  # milliseconds

CHANNELS = ("said", "title", "about")
"""What is searched: the timed texts; the title; and what the recording is about, its title and its people too."""

FACETS = ("kind", "specialty", "procedure", "speaker", "institution", "year", "length", "language")
LENGTHS = ((10, "0-10"), (30, "10-30"), (60, "30-60"), (120, "60-120"))
"""Minutes up to which a recording counts as so long; longer ones are “120-”."""

KINDS = ("segment", "chapter", "slide", "mark")


def schema() -> tantivy.Schema:
    """The fields. Of each channel: `_1` its characters, `_2` its pairs, `_w` its words' stems, `_s` pairs of sounds."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("recording", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
    for channel in CHANNELS:
        builder.add_text_field(f"{channel}_1", tokenizer_name="cut", index_option="freq")
        builder.add_text_field(f"{channel}_2", tokenizer_name="cut", index_option="position")
        builder.add_text_field(f"{channel}_w", tokenizer_name="stem", index_option="freq")
        builder.add_text_field(f"{channel}_s", tokenizer_name="cut", index_option="position")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("recorded", fast=True)  # not unsigned: its writer dies of a Python int
    builder.add_integer_field("complete", fast=True)
    for name in ("facts", "text", "sound", "texts", "shape"):  # kept, not searched
        builder.add_bytes_field(name, stored=True)
    return builder.build()


STEMS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("english")).build()


def prepare(index: tantivy.Index) -> tantivy.Index:
    """Tell an index how its texts are cut; it does not keep that itself."""
    index.register_tokenizer("cut", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.register_tokenizer("stem", STEMS)
    index.config_reader("manual")
    return index


def version(recording_id: str, revision: int) -> str:
    """The term that says at which revision a recording was indexed."""
    return f"{recording_id} {revision}"


def document(found: Searchable, revision: int, *, by_sound: bool = True) -> tantivy.Document:
    """Return the document of a recording."""
    recording = found.recording
    made = tantivy.Document()
    made.add_text("recording", recording.id)
    made.add_text("version", version(recording.id, revision))
    said, texts, shape = _said(found.texts)
    about = [recording.title, *recording.speakers, recording.specialty, recording.procedure, found.institution]
    channels = {"said": said, "title": searched(recording.title), "about": BREAK.join(map(searched, about))}
    for channel, text in channels.items():
        made.add_text(f"{channel}_1", characters(text))
        made.add_text(f"{channel}_2", pairs(text))
        made.add_text(f"{channel}_w", " ".join(words(text)))
        if by_sound:
            sound = heard(text)
            made.add_text(f"{channel}_s", pairs(sound + BREAK))  # so that the last sign begins a pair, too
            if channel == "said":
                made.add_bytes("sound", sound.encode("utf-16-le"))
    for name, value in facets(found):
        made.add_text(name, value)
    for name in names(recording.title, recording.speakers, recording.procedure):
        made.add_text("name", name)
    made.add_integer("recorded", int(_day(recording).timestamp()))
    made.add_integer("complete", int(bool(found.texts)) + int(recording.state.value == "published"))
    made.add_bytes("facts", json.dumps(_facts(found), ensure_ascii=False).encode(errors="replace"))
    made.add_bytes("text", said.encode("utf-16-le"))
    made.add_bytes("texts", texts)
    made.add_bytes("shape", shape)
    return made


def facets(found: Searchable) -> Iterator[tuple[str, str]]:
    """Yield what a recording can be filtered by, as it is written."""
    recording = found.recording
    yield "kind", str(recording.kind)
    yield "year", str(_day(recording).year)
    for name, value in (
        ("specialty", recording.specialty),
        ("procedure", recording.procedure),
        ("institution", found.institution),
        *(("speaker", speaker) for speaker in dict.fromkeys(recording.speakers)),
        *(("language", each) for each in dict.fromkeys([recording.language, *(text.language for text in found.texts)])),
    ):
        if value.strip():
            yield name, value.encode(errors="replace").decode()
    if recording.duration is not None:
        minutes = recording.duration / 60
        yield "length", next((name for most, name in LENGTHS if minutes <= most), "120-")


def _strands(texts: Sequence[Timed]) -> Iterator[tuple[str, list[Timed]]]:
    """Yield texts that follow each other, with their kind: sentences in one language; of other kinds each alone."""
    for (kind, _), strand in groupby(texts, key=lambda text: (text.kind, text.language)):
        if kind == "segment":
            yield kind, list(strand)
        else:
            yield from ((kind, [text]) for text in strand)


def _said(texts: Sequence[Timed]) -> tuple[str, bytes, bytes]:
    """Return the texts as they are searched, as they are written, and where and when each begins and ends."""
    strands: list[str] = []
    places, starts, ends = array("i"), array("i"), array("i")
    kinds = bytearray()
    at = 0
    for kind, here in _strands(texts):
        flowing = flow([text.text for text in here])
        places.extend([at + place for place in flowing.places[:-1]])
        starts.extend([_milliseconds(text.start) for text in here])
        ends.extend([_milliseconds(text.end) for text in here])
        kinds += bytes([KINDS.index(kind)]) * len(here)
        strands.append(flowing.text)
        at += len(flowing.text) + 1
    places.append(max(at - 1, 0))
    plain = [text.text.replace(BREAK, " ").encode("utf-16-le", errors="replace") for text in texts]
    cuts = array("i", accumulate(map(len, plain), initial=0))
    shape = b"".join(numbers.tobytes() for numbers in (places, cuts, starts, ends)) + bytes(kinds)
    return BREAK.join(strands), b"".join(plain), shape


def _milliseconds(seconds: float) -> int:
    """Return a time as it is kept, in four bytes: what lies beyond 24 days is kept as that."""
    return round(min(seconds * 1000, _LATEST))


def _day(recording: Recording) -> datetime:
    return recording.recorded_at or recording.created_at


def _facts(found: Searchable) -> dict[str, Any]:
    recording = found.recording
    return {
        "title": recording.title,
        "kind": str(recording.kind),
        "speakers": recording.speakers,
        "specialty": recording.specialty,
        "procedure": recording.procedure,
        "institution": found.institution,
        "recorded": _day(recording).isoformat(),
        "duration": recording.duration,
    }


class Body:
    """What is kept of a recording.

    `text` is what is searched of its texts together, `sound` its sound; text n begins at character `places[n]`, where
    the one before ends, and lasts from `starts[n]` to `ends[n]`, in milliseconds; it is of the kind `KINDS[kinds[n]]`.
    """

    def __init__(self, kept: tantivy.Document) -> None:
        self._kept: dict[str, Any] = {name: found[0] for name, found in kept.to_dict().items()}
        self.recording_id: str = self._kept["recording"]
        self.text: str = self._kept["text"].decode("utf-16-le")
        shape = self._kept["shape"]
        number = (len(shape) - 8) // 17
        numbers = array("i", shape[: (4 * number + 2) * 4])
        self.places = numbers[: number + 1]
        self._cuts = numbers[number + 1 : 2 * number + 2]
        self.starts = numbers[2 * number + 2 : 3 * number + 2]
        self.ends = numbers[3 * number + 2 :]
        self.kinds: bytes = shape[(4 * number + 2) * 4 :]

    def written(self, number: int) -> str:
        """Return text `number` as it is written."""
        return str(self._kept["texts"][self._cuts[number] : self._cuts[number + 1]].decode("utf-16-le"))

    @functools.cached_property
    def sound(self) -> str:
        return str(self._kept.get("sound", b"").decode("utf-16-le"))

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """What the recording is: title, kind, speakers and so on."""
        return dict(json.loads(self._kept["facts"]))
