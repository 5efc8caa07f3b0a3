"""What the sound of a recording costs, against the same by hand; and how exactly angles are put on one timeline.

By hand: ffmpeg's two-pass loudnorm into AAC, and a third ffmpeg that makes the small mono of it. By `sound`: one run
that measures, one that encodes both. The narration of `samples/` lies in a 1080p film, repeated to its length.

    python tests/bench/media_sound.py [SECONDS]        (60)
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Cost, Row, measured, table

from ingest import ffmpeg
from ingest.steps import align, audio, probe, sound
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
NARRATION = ROOT / "samples" / "operation_hysterectomy_narration.flac"
SHARE = 1.4  # CPU seconds a minute: half of 3 % of the full 1080p ladder, which takes about 1.55 a second of film
NEAREST = 0.040  # seconds within which angles must be found

# name, start in the scene, length, microphone and room, noise, suffix, codec
ANGLES = (
    ("near", 0.0, 95, "anull", 0.002, "mp4", "aac"),
    (
        "camera",
        12.4,
        60,
        "highpass=f=300,lowpass=f=3400,volume=-12dB,aecho=0.8:0.6:23|41|67:0.5|0.4|0.3",
        0.02,
        "mkv",
        "libopus",
    ),
    ("hall", 31.237, 50, "volume=6dB,acompressor,aecho=0.8:0.7:60|110:0.5|0.3", 0.05, "avi", "ac3"),
)


def tool(*arguments: object, quiet: bool = True) -> list[str]:
    """An ffmpeg command."""
    return [
        ffmpeg.binary(),
        "-nostdin",
        "-hide_banner",
        "-y",
        *(("-v", "error") if quiet else ()),
        *map(str, arguments),
    ]


def film(folder: Path, seconds: int) -> Path:
    """A 1080p film with the narration as its sound, in stereo, too quiet, with the hiss of a room."""
    path = folder / "film.mp4"
    inputs = ("-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=25:d={seconds}", "-stream_loop", -1, "-i", NARRATION)
    hiss = ("-f", "lavfi", "-i", f"anoisesrc=c=pink:a=0.004:r=48000:d={seconds}")
    graph = "[1:a]aresample=48000,volume=-6dB[a];[a][2:a]amix=2:normalize=0,pan=stereo|c0=c0|c1=0.8*c0"
    encoder = "-c:v libx264 -preset ultrafast -b:v 6M -c:a aac -b:a 128k"
    command = tool(*inputs, *hiss, "-filter_complex", graph, "-map", "0:v", *encoder.split(), "-t", seconds, path)
    subprocess.run(command, check=True)
    return path


def by_hand(path: Path, out: Path) -> tuple[Cost, list[str]]:
    """Two-pass loudnorm, then the small one."""
    norm = "loudnorm=I=-16:TP=-1.5:LRA=11"
    kind = "-f hls -hls_time 4 -hls_segment_type fmp4 -hls_flags single_file -hls_playlist_type vod"
    first = tool("-i", path, "-map", "0:a:0", "-af", f"{norm}:print_format=json", "-f", "null", "-", quiet=False)
    with measured() as cost:
        said = subprocess.run(first, check=True, capture_output=True, text=True).stderr
        found = json.loads(re.findall(r"\{[^{}]*\}", said)[-1])
        names = {"measured_I": "i", "measured_TP": "tp", "measured_LRA": "lra", "measured_thresh": "thresh"}
        facts = ":".join(f"{key}={found['input_' + value]}" for key, value in names.items())
        level = f"{norm}:{facts}:offset={found['target_offset']}:linear=true"
        aac = ("-map", "0:a:0", "-af", level, "-ar", 48000, "-c:a", "aac", "-b:a", "96k", *kind.split())
        low = ("-map", "0:a:0", "-af", level, "-ar", 24000, "-ac", 1, "-c:a", "aac", "-b:a", "32k", *kind.split())
        rest = [tool("-i", path, *aac, out / "audio.m3u8"), tool("-i", path, *low, out / "low.m3u8")]
        for command in rest:
            subprocess.run(command, check=True)
    return cost, [shlex.join(command) for command in (first, *rest)]


def costs(scratch: Path, seconds: int) -> list[Row]:
    """The sound of a film: by hand, and by `sound`, with all of its proofs."""
    path = film(scratch, seconds)
    for name in ("hand", "ours"):
        (scratch / name).mkdir()
    hand, commands = by_hand(path, scratch / "hand")
    recipe = sound.Recipe(media=probe.probe(path, name=path.name))
    with measured() as ours:
        facts = sound.run({"source": path}, scratch / "ours", recipe, Silent())
    made = ", ".join(
        f"{row['name']} {row['size'] * 8 / row['duration'] / 1000:.0f} kbit/s" for row in facts["renditions"]
    )
    minute = 60 / seconds
    return [
        Row(
            "sound of a 1080p film: CPU against two-pass loudnorm and one ffmpeg per output",
            ours.cpu / hand.cpu,
            "≤ 0.5",
            f"{ours.cpu:.2f} s against {hand.cpu:.2f} s of CPU for {seconds} s; {made}",
            tuple(commands),
        ),
        Row(
            "sound of a 1080p film: CPU against half of 3 % of the full ladder",
            ours.cpu * minute / SHARE,
            "≤ 1.0",
            f"{ours.cpu * minute:.2f} s of {SHARE} s of CPU a minute of film",
        ),
    ]


def speech(scratch: Path, angle: tuple[str, float, int, str, float, str, str]) -> Path:
    """Film the narration from somewhere; return what `audio` makes of it."""
    name, start, length, place, noise, suffix, codec = angle
    path, out = scratch / f"{name}.{suffix}", scratch / name
    out.mkdir()
    hiss = f"anoisesrc=c=pink:a={noise}:r=48000:d={length}:seed={length}"
    graph = f"[0:a]aresample=48000,{place}[a];[a][1:a]amix=2:normalize=0:duration=first"
    inputs = ("-ss", start, "-t", length, "-i", NARRATION, "-f", "lavfi", "-i", hiss)
    subprocess.run(tool(*inputs, "-filter_complex", graph, "-c:a", codec, path), check=True)
    facts = audio.run({"source": path}, out, audio.Recipe(media=probe.probe(path, name=path.name)), Silent())
    return out / str(facts["file"])


def alignment(scratch: Path) -> Row:
    """Three microphones, three codecs, known offsets."""
    inputs = {angle[0]: speech(scratch, angle) for angle in ANGLES}
    with measured() as cost:
        found = align.run(inputs, scratch, align.Recipe(first="near"), Silent())["offsets"]
    truth = {angle[0]: angle[1] for angle in ANGLES}
    errors = {name: abs(one["start"] - truth[name]) if one["certain"] else float("inf") for name, one in found.items()}
    each = ", ".join(f"{name} {error * 1000:.1f} ms" for name, error in errors.items())
    return Row(
        "angles put on one timeline by their sound: largest error against 40 ms",
        max(errors.values()) / NEAREST,
        "≤ 1.0",
        f"{each}; {cost.cpu:.1f} s of CPU",
    )


def rows(scratch: Path, seconds: int = 60) -> list[Row]:
    """All that is measured here."""
    return [*costs(scratch, seconds), alignment(scratch)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-sound-") as folder:
        print(table(rows(Path(folder), *map(int, sys.argv[1:2]))))
