"""From `shijiao add` to watchable, against the same by hand, one after the other, in the same embedded store.

By hand: SHA-512 of the file, boto3's `upload_file` of it, `ffmpeg -c copy` to single-file fMP4 HLS, `upload_file` of
the result. By `shijiao add`: from the start of the command until the renditions are in the catalogue and their files
can be fetched, looked at every 0.1 s; and until its end, when the source has arrived too. Both read the page cache;
each round has a store of its own, and they take turns.

    python tests/bench/media_intake.py [MEGABYTES [ROUNDS]]        (2,000 and 3; 300 is a quick look)
"""

import hashlib
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from measure import Cost, Row, measured, table

from archive.access import LOCAL, Action, may
from archive.catalogue import Catalogue
from archive.database import connect
from archive.keys import load_keys
from archive.objects import open_store
from archive.objects.embedded import Places
from archive.objects.store import ObjectStore
from archive.settings import Settings
from ingest import ffmpeg

_SHORT = 20.48  # seconds: whole frames of picture and of sound


def film(folder: Path, megabytes: int) -> tuple[Path, list[str]]:
    """Make an H.264/AAC film of that size: noise, encoded once and repeated; its sound in one piece."""
    short, long = folder / "short.mp4", folder / "film.mp4"
    picture = f"testsrc2=s=1920x1080:r=25:d={_SHORT},noise=alls=12:allf=t"
    encoder = "-c:v libx264 -preset ultrafast -b:v 12M -maxrate 12M -bufsize 12M -g 50 -bf 0 -pix_fmt yuv420p"
    first = [ffmpeg.binary(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, *encoder.split(), str(short)]
    subprocess.run(first, check=True)
    times = max(1, round(megabytes * 1e6 / (short.stat().st_size + _SHORT * 16_000)))
    seconds = f"{times * _SHORT:.2f}"
    sound = ["-f", "lavfi", "-i", f"sine=f=300:r=48000:d={seconds}", "-map", "0:v", "-map", "1:a"]
    repeated = ["-stream_loop", str(times - 1), "-i", str(short), *sound, "-c:v", "copy", "-c:a", "aac", "-b:a", "128k"]
    second = [ffmpeg.binary(), "-v", "error", "-y", *repeated, "-movflags", "+faststart", str(long)]
    subprocess.run(second, check=True)
    return long, [shlex.join(first), shlex.join(second)]


def made_other(path: Path) -> None:
    """Put a few new bytes into a box that players skip: another file for the archive, the same film."""
    with path.open("ab") as file:
        file.write(b"\0\0\0\x18free" + os.urandom(16))
    with path.open("rb") as file:  # and into the page cache
        while file.read(1 << 24):
            pass


@contextmanager
def with_store(settings: Settings) -> Iterator[Cost]:
    """Measure what happens inside; its CPU seconds include the store's own, which works in a process beside."""
    pid = json.loads(Places(settings.home).server.read_text())["weed"]

    def cpu() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = cpu()
    with measured() as cost:
        yield cost
    cost.cpu += cpu() - before


def by_hand(settings: Settings, store: ObjectStore, path: Path, scratch: Path) -> dict[str, float]:
    """Do it step by step; return the seconds of each."""
    keys = load_keys(settings)
    client = boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys.store_access,
        aws_secret_access_key=keys.store_secret,
    )
    scratch.mkdir()
    marks = [time.monotonic()]
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha512").hexdigest()
    marks.append(time.monotonic())
    client.upload_file(str(path), store.bucket, "hand/film.mp4")
    marks.append(time.monotonic())
    subprocess.run(hls_command(path), cwd=scratch, check=True)
    marks.append(time.monotonic())
    for made in scratch.iterdir():
        client.upload_file(str(made), store.bucket, f"hand/{made.name}")
    marks.append(time.monotonic())
    steps = ("sha512", "upload", "ffmpeg", "upload result")
    return {name: after - before for name, before, after in zip(steps, marks, marks[1:], strict=False)}


def hls_command(path: Path) -> list[str]:
    common = shlex.split(
        "-c copy -f hls -hls_time 4 -hls_segment_type fmp4 -hls_flags single_file -hls_playlist_type vod"
    )
    picture = ["-map", "0:v", *common, "-hls_segment_filename", "source.mp4", "source.m3u8"]
    sound = ["-map", "0:a", *common, "-hls_segment_filename", "audio.mp4", "audio.m3u8"]
    return [ffmpeg.binary(), "-v", "error", "-y", "-i", str(path), *picture, *sound]


def by_add(settings: Settings, store: ObjectStore, path: Path) -> tuple[Cost, float]:
    """Run the command; return what it cost, and after how many seconds what it made could be watched."""
    environment = os.environ | {"SHIJIAO_HOME": str(settings.home)}
    catalogue = Catalogue(connect(settings))
    with with_store(settings) as cost:
        begun = time.monotonic()
        command = [sys.executable, "-m", "archive.cli", "add", "--json", str(path)]
        adding = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchable = 0.0
        while not watchable and adding.poll() is None:
            time.sleep(0.1)
            if any(may(LOCAL, Action.WATCH, recording) for recording in catalogue.recordings()):
                (recording,) = catalogue.recordings()
                _can_be_fetched(store, [row.model_dump() for row in catalogue.renditions(recording.id)])
                watchable = time.monotonic() - begun
        out, said = adding.communicate()
        assert adding.returncode == 0, said
    _can_be_fetched(store, json.loads(out)["renditions"])
    return cost, watchable or cost.wall


def _can_be_fetched(store: ObjectStore, rows: list[dict[str, Any]]) -> None:
    assert {"source", "audio"} <= {row["name"] for row in rows}, rows
    for row in rows:
        assert store.head(row["prefix"] + row["file"]).size == row["size"]
        assert b"#EXT-X-ENDLIST" in store.get(row["prefix"] + row["playlist"])


def rows(scratch: Path, megabytes: int = 2000, rounds: int = 3) -> list[Row]:
    """Measure, alternating; the ratio is that of the medians."""
    path, made = film(scratch, megabytes)
    hand: list[Cost] = []
    add: list[Cost] = []
    parts: list[dict[str, float]] = []
    watchable: list[float] = []
    for number in range(rounds):
        made_other(path)

        def hand_round(number: int = number) -> None:
            settings, folder = _settings(scratch / f"hand-{number}"), scratch / "hls"
            with open_store(settings) as store, with_store(settings) as cost:
                parts.append(by_hand(settings, store, path, folder))
            cost.wall = sum(parts[-1].values())
            hand.append(cost)
            _remove(settings.home, folder)

        def add_round(number: int = number) -> None:
            settings = _settings(scratch / f"add-{number}")
            with open_store(settings) as store:
                cost, seconds = by_add(settings, store, path)
            add.append(cost)
            watchable.append(seconds)
            _remove(settings.home)

        for each in (hand_round, add_round) if number % 2 == 0 else (add_round, hand_round):
            each()
    size = path.stat().st_size
    each = ", ".join(f"{name} {statistics.median(part[name] for part in parts):.1f}" for name in parts[0])
    figures = (
        f"{size / 1e6:,.0f} MB: watchable after {statistics.median(watchable):.1f} s ({min(watchable):.1f}–"
        f"{max(watchable):.1f}), all of add {_told(add)}, by hand {_told(hand)}; by hand {each}; "
        f"CPU with the store's {_median(add, 'cpu') / _median(hand, 'cpu'):.2f}"
    )
    commands = (
        *made,
        f"sha512 of {path.name} (hashlib.file_digest)",
        f"boto3.client('s3').upload_file({path.name!r}, bucket, key)",
        shlex.join(hls_command(path)),
        "boto3.client('s3').upload_file(…) of source.mp4, source.m3u8, audio.mp4, audio.m3u8",
        f"shijiao add --json {path}",
    )
    ratio = statistics.median(watchable) / _median(hand, "wall")
    return [Row("2 GB H.264: from `add` to watchable, against by hand", ratio, "≤ 1.0", figures, commands)]


def _settings(home: Path) -> Settings:
    return Settings(_env_file=None, home=home, s3_endpoint="", database_url="")


def _median(costs: list[Cost], what: str) -> float:
    return statistics.median(getattr(cost, what) for cost in costs)


def _told(costs: list[Cost]) -> str:
    walls = [cost.wall for cost in costs]
    return f"{_median(costs, 'wall'):.1f} s ({min(walls):.1f}–{max(walls):.1f}; CPU {_median(costs, 'cpu'):.1f})"


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measured_rows = rows(Path(folder), *map(int, sys.argv[1:]))
    for row in measured_rows:
        print("\n".join(row.commands))
    print(table(measured_rows))
