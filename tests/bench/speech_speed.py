"""How fast speech is written down and corrected, against openai-whisper's own command line, and what two hours cost.

    SHIJIAO_MODELS=… python tests/bench/speech_speed.py [--minutes 5] [--hours 2] [dense sparse beside long]

Every way runs in a process of its own, from its start to its end; run it alone on the machine. Prints ratios measured
side by side and, for two hours, the peak memory. The lecture is the demo's, repeated.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import Row, table
from media_ladder import film
from speech import distance, one, plain, sound_of

from ingest import ffmpeg
from ingest.speech import voice
from ingest.speech.engine import SAMPLE_RATE
from ingest.steps import ladder, probe
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
LECTURE = ROOT / "samples" / "lecture_fetal_monitoring.mp4"
TITLE = "电子胎心监护与母体并发症的识别"
OURS = "our step, faster-whisper"
MODELS = Path(os.environ.get("SHIJIAO_MODELS", ROOT / "var" / "models"))


def repeated(turn: np.ndarray, seconds: float, path: Path) -> tuple[Path, int]:
    """Write a sound again and again as 16 kHz FLAC, whole turns only; return it and how many there are."""
    turns = max(1, round(seconds * SAMPLE_RATE / len(turn)))
    given = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:", "-c:a", "flac", "-sample_fmt", "s16"]
    coding = subprocess.Popen([ffmpeg.binary(), "-v", "error", *given, str(path)], stdin=subprocess.PIPE)
    assert coding.stdin is not None
    with coding.stdin as pipe:
        for _ in range(turns):
            pipe.write(turn.astype("<f4").tobytes())
    assert coding.wait() == 0
    return path, turns


def ours(sound: Path) -> tuple[str, float, int]:
    """Return text, seconds and peak memory in bytes of transcribing and correcting."""
    began = time.monotonic()
    command = [sys.executable, __file__, "--ours", str(sound)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    took = time.monotonic() - began
    made = json.loads(done.stdout.splitlines()[-1])
    return made["text"], took, made["peak"]


def theirs(sound: Path, folder: Path) -> tuple[str, float]:
    """Return text and seconds of `whisper` as it comes, told the model and the language."""
    (folder / "bin").mkdir(exist_ok=True)
    found = folder / "bin" / "ffmpeg"
    if not found.exists():
        found.symlink_to(ffmpeg.binary())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    environment["PATH"] = f"{found.parent}:{environment['PATH']}"
    asked = ["--model", str(MODELS / "base" / "openai.pt"), "--language", "zh", "--fp16", "False", "--verbose", "False"]
    command = [str(Path(sys.executable).with_name("whisper")), str(sound), *asked, "--output_dir", str(folder)]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    took = time.monotonic() - began
    return (folder / f"{sound.stem}.txt").read_text(encoding="utf-8"), took


def against(what: str, bar: str, turn: np.ndarray, reference: str, minutes: float, folder: Path) -> Row:
    sound, turns = repeated(turn, minutes * 60, folder / "sound.flac")
    text, took, _ = ours(sound)
    other, others = theirs(sound, folder)
    wanted = plain(reference) * turns
    rates = [distance(wanted, plain(said)) / len(wanted) for said in (text, other)]
    figures = f"{took:.1f} / {others:.1f} s for {turns * len(turn) / SAMPLE_RATE:.0f} s of sound"
    return Row(what, others / took, bar, f"{figures}; character errors {rates[0]:.3f} / {rates[1]:.3f}")


@contextlib.contextmanager
def encoding(folder: Path) -> Iterator[None]:
    """Encode the ladder of a film beside, as a worker does, for as long as this lasts."""
    source = film(folder, 20)
    began = subprocess.Popen([sys.executable, __file__, "--encode", str(source)], stdout=subprocess.PIPE)
    assert began.stdout is not None
    began.stdout.readline()
    try:
        yield
    finally:
        began.terminate()
        began.wait()


def encode(source: Path) -> None:
    media = probe.probe(source, name=source.name)
    recipe = ladder.Recipe(media, ladder.plan(media, copied=False).rest)
    print("encoding", flush=True)
    while True:
        with tempfile.TemporaryDirectory() as folder:
            ladder.run({"source": source}, Path(folder), recipe, Silent())


def beside(turn: np.ndarray, minutes: float, folder: Path) -> Row:
    sound, _ = repeated(turn, minutes * 60, folder / "sound.flac")
    _, alone, _ = ours(sound)
    with encoding(folder):
        _, took, _ = ours(sound)
    return Row("speed beside the ladder's ffmpeg ÷ alone", alone / took, "≥ 0.5", f"{took:.1f} and {alone:.1f} s")


def long(turn: np.ndarray, hours: float, folder: Path) -> Row:
    short, _ = repeated(turn, 600, folder / "short.flac")
    whole, _ = repeated(turn, hours * 3600, folder / "long.flac")
    (_, _, before), (_, took, peak) = ours(short), ours(whole)
    figures = f"{peak / 2**20:.0f} and {before / 2**20:.0f} MiB; {hours * 3600 / took:.1f} × as fast as it was spoken"
    return Row(f"peak memory of {hours:g} hours ÷ ten minutes", peak / before, "flat", figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=["dense", "sparse", "beside", "long"])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--encode", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ours:
        print(json.dumps(one(OURS, chosen.ours, MODELS, TITLE)))
        return
    if chosen.encode:
        encode(chosen.encode)
    rows = []
    parts = json.loads(LECTURE.with_suffix(".json").read_text(encoding="utf-8"))["segments"]
    reference = "".join(part["text"] for part in parts)
    for room in chosen.rooms:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            turn = np.concatenate(list(voice.read(sound_of(LECTURE, folder / "lecture"))))
            quiet = np.random.default_rng(3).normal(0, 0.003, 3 * len(turn)).astype(np.float32)
            spoken = np.concatenate([turn, quiet])
            if room == "dense":
                what = "a dense lecture, against openai-whisper's command line"
                rows.append(against(what, "≥ 6", turn, reference, chosen.minutes, folder))
            elif room == "sparse":
                what = "the same, three quarters without speech"
                rows.append(against(what, "≥ 10", spoken, reference, 2 * chosen.minutes, folder))
            elif room == "beside":
                rows.append(beside(turn, chosen.minutes, folder))
            else:
                rows.append(long(turn, chosen.hours, folder))
    print(table(rows))


if __name__ == "__main__":
    main()
