"""Sound in step with the picture: silence where a source has none, and a ledger that shows that nothing was lost.

Where a file's times are false and overlap, keeping to them would throw sound away unnoticed: then it is played in
sequence. ffmpeg says at its level “verbose” what it read, decoded and dropped; the ledger adds it up.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput, MediaToolError
from ingest import complaints, ffmpeg
from ingest.steps.probe import read
from ingest.watch import Part, Silent, Watch

RATE = 48000  # Hz: what is played
_COPYING = 0.3  # share of the work where a copy in one form is needed
_LEVEL = "repeat+level+verbose"
_KEPT = 5000  # lines of warnings and errors that are kept
_TAGGED = re.compile(r"(.*?)\[(verbose|info|warning|error|fatal|panic)\] (.*)")
_READ = re.compile(r"\[in#0/[^]]*\]\s+Input stream #0:(\d+) \(audio\): (\d+) packets read .*? (\d+) decode errors")
_WRITTEN = re.compile(r"\[out#(\d+)/[^]]*\]\s+Output stream #\d+:0 \(audio\): \d+ frames encoded \((\d+) samples\)")
_DROPPED = re.compile(r"\[aresample@t(\d+) [^]]*\] \[SWR [^]]*\] discarding (\d+) audio samples")
_DROPPED_MOST = 0.5, 0.002  # seconds, and of the whole: a clock that runs a little fast costs no more
_SHORT_MOST = 0.3, 0.002  # seconds, and of the whole: a healthy track comes out no shorter than its packets promise
_UNREAD_MOST = 5, 0.01  # packets, and of all: two readers of a damaged file may differ by some


class FormChanged(Exception):
    """The sound changes its form on the way, from mono to stereo for example; ffmpeg's filters would begin anew."""


def in_step(sound: Any, track: int, *, rate: int = RATE, layout: str = "stereo", in_sequence: bool = False) -> Any:
    """Return the stream `track` of a source in float samples, each at its time, with silence where there is none.

    With `in_sequence`, one sample after the other: for files whose times are false.
    """
    if in_sequence:
        sound = sound.filter("asetpts", "STARTPTS+N/SR/TB")
    options = {"async": 1, "first_pts": 0, "ochl": layout, "osf": "fltp", "rematrix_maxval": 1}
    return sound.filter(f"aresample@t{track}", rate, **options)


def mono(sound: Any, rate: int) -> Any:
    """Return a stream's channels in one: their mean, which never clips."""
    return sound.filter("aresample", rate, ochl="mono", rematrix_maxval=1)


class Ledger(list[str]):
    """What ffmpeg says in one run, line by line; only warnings and errors are kept as they are.

    `read` and `errors` are packets and decoding errors by stream, `written` samples by output, `dropped` samples by
    track at the rate of `in_step`. `reconfigured`: the sound changed its form on the way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[int, int] = {}
        self.errors: dict[int, int] = {}
        self.written: dict[int, int] = {}
        self.dropped: dict[int, int] = {}
        self.reconfigured = False

    def append(self, line: str, /) -> None:
        """Take a line into account."""
        tagged = _TAGGED.match(line)
        if tagged is None:
            return
        said = tagged[1] + tagged[3]
        if tagged[2] not in ("verbose", "info"):
            if len(self) < _KEPT:
                super().append(said)
        elif found := _DROPPED.match(said):
            self.dropped[int(found[1])] = self.dropped.get(int(found[1]), 0) + int(found[2])
        elif found := _READ.match(said):
            self.read[int(found[1])] = int(found[2])
            self.errors[int(found[1])] = int(found[3])
        elif found := _WRITTEN.match(said):
            self.written[int(found[1])] = int(found[2])
        elif "Reconfiguring filter graph" in said:
            self.reconfigured = True

    @property
    def complaints(self) -> int:
        """How often ffmpeg met damaged input."""
        return max(complaints.count(self), sum(self.errors.values()))

    def lossy(self, track: int, length: float, *, rate: int = RATE) -> bool:
        """Whether sound of a track `length` seconds long was dropped because its times are false."""
        least, share = _DROPPED_MOST
        return self.dropped.get(track, 0) / rate > least + share * length


def in_one_form(
    make: Callable[[Any, dict[str, Any], Watch], dict[str, Any]],
    file: Path,
    media: dict[str, Any],
    tracks: list[dict[str, Any]],
    out: Path,
    watch: Watch,
    **options: Any,
) -> dict[str, Any]:
    """Return the facts `make(source, media, watch)` of a file; where sound changes its form, of a copy in one form.

    `source[str(index)]` is a stream, and `media` what `probe` found. Of the copies of `tracks` no packets are promised:
    that all of them were read is proved when they are made, and what was damaged is counted. `options` are of the file.
    """
    raw = ffmpeg.source(file, **options)
    try:
        return make(raw, media, watch)
    except FormChanged:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f"{out.name}-") as beside:
            ledger = Ledger()
            copies = _copied(file, media, tracks, Path(beside), Part(watch, 0.0, _COPYING), ledger)
            source = {str(stream["index"]): raw[str(stream["index"])] for stream in media["streams"]} | copies
            streams = [
                stream | ({"packets": 0, "corrupt": 0} if stream in tracks else {}) for stream in media["streams"]
            ]
            copied = media | {"streams": streams, "web_safe_audio": False, "damaged": ledger.complaints > 0}
            facts = make(source, copied, Part(watch, _COPYING, 1.0))
            return facts | {"complaints": max(facts["complaints"], ledger.complaints)}


def _copied(
    file: Path, media: Mapping[str, Any], tracks: list[dict[str, Any]], folder: Path, watch: Watch, ledger: Ledger
) -> dict[str, Any]:
    """Decode tracks into a file each, with their times; return them by their index in the source."""
    raw = ffmpeg.source(file)
    outputs = [
        ffmpeg.output(raw[str(track["index"])], f"{track['index']}.mka", c="flac", ac=2, ar=RATE) for track in tracks
    ]
    what = "Bringing the sound into one form"
    run(outputs, tracks, ledger, out=folder, what=what, duration=media["duration"], watch=watch, one_form=False)
    copies = {}
    for track in tracks:
        copy = folder / f"{track['index']}.mka"
        start = read(copy, Silent(), what="Checking the sound")["facts"]["file_start"]  # ffmpeg takes it off again
        copies[str(track["index"])] = ffmpeg.source(copy, itsoffset=start)["0"]
    return copies


def run(
    outputs: list[Any],
    tracks: Iterable[dict[str, Any]],
    ledger: Ledger,
    *,
    out: Path,
    what: str,
    duration: float,
    watch: Watch,
    one_form: bool = True,
) -> list[str]:
    """Run one ffmpeg on `tracks`, streams as `probe` found them; return its command, fill the ledger.

    Raises:
        FormChanged: the sound did, where it must keep to `one_form`.
        IncompleteOutput: it did not read all the packets of a track that `probe` found.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    seconds = ffmpeg.time_limit(duration, speed=0.5)
    try:
        command = ffmpeg.run(
            outputs, out=out, what=what, duration=duration, seconds=seconds, watch=watch, heard=ledger, level=_LEVEL
        )
    except MediaToolError as error:
        error.stderr = "\n".join(ledger[-20:]) or error.stderr  # not its small talk
        raise
    with ffmpeg.removed_on_error(out):
        if one_form and ledger.reconfigured:
            raise FormChanged
        for track in tracks:
            prove_read(ledger, track, command)
    return command


def prove_read(ledger: Ledger, track: dict[str, Any], command: list[str]) -> None:
    """Prove that a track was read to its end.

    Raises:
        IncompleteOutput: there are fewer packets than `probe` found.
    """
    slack, share = _UNREAD_MOST
    found, expected = ledger.read.get(track["index"], 0), track["packets"]
    if found < expected - slack - share * expected:
        raise IncompleteOutput(
            f"ffmpeg said that it was done, but it read {found} of the {expected} packets of sound.",
            "See that the file is still whole and the disk healthy, then try again.",
            command=command,
            stderr="\n".join(ledger[-20:]),
        )


def prove_length(
    length: float, track: dict[str, Any], media: Mapping[str, Any], ledger: Ledger, command: list[str]
) -> None:
    """Prove that the `length` seconds that came out of a track reach as far as its packets, but for what is damaged.

    Raises:
        IncompleteOutput: they do not.
    """
    promised = track["end"] - media["start"]
    slack, share = _SHORT_MOST
    if length < promised - slack - share * promised and not (ledger.complaints or media.get("damaged")):
        raise IncompleteOutput(
            f"ffmpeg said that it was done, but the sound lasts {length:.2f} s of {promised:.2f} s.",
            "See that the disk is not full, then try again.",
            command=command,
        )
