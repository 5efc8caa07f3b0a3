"""Recordings put together by hand: what the steps would leave of them, made by plain ffmpeg within seconds."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from browser.portals import Portal

from archive.catalogue import Catalogue
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.settings import Settings
from archive.tables import Kind, Recording, Rendition, Source, State, Stills

SECONDS = 40  # of each angle
LATER = 6.0  # seconds after the first at which the second angle begins
SCENES = [0.0, 12.0, 27.0]
COLOURS = ["0x8a2b2b", "0x2b8a3a", "0x2b4a8a"]
TILE = (96, 54)


def ffmpeg(*arguments: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=120)


@dataclass
class Shelf:
    """A recording put together by hand: what the steps would make of it, made by plain ffmpeg."""

    folder: Path
    store: ObjectStore
    recording: Recording
    seconds: float = SECONDS

    def rendition(self, source: Source, name: str, given: str, *coded: object, **facts: Any) -> Rendition:
        """Encode `given` (a lavfi graph) to single-file HLS, and put it into the store."""
        out = self.folder / source.id
        out.mkdir(exist_ok=True)
        hls = ("-f", "hls", "-hls_time", 2, "-hls_segment_type", "fmp4", "-hls_flags", "single_file")
        made = ("-hls_playlist_type", "vod", "-hls_segment_filename", out / f"{name}.mp4", out / f"{name}.m3u8")
        seconds = facts.pop("seconds", self.seconds)
        ffmpeg("-f", "lavfi", "-i", given, "-t", seconds, *coded, *hls, *made)
        prefix = f"derived/{self.recording.id}/{source.id}{name}/"
        for kind in ("m3u8", "mp4"):
            self.store.upload(f"{prefix}{name}.{kind}", out / f"{name}.{kind}")
        size = (out / f"{name}.mp4").stat().st_size
        named = {"playlist": f"{name}.m3u8", "file": f"{name}.mp4", "prefix": prefix, "duration": seconds}
        where = {"recording_id": self.recording.id, "source_id": source.id, "name": name, "size": size}
        return Rendition(**where, **named, bandwidth=round(size * 16 / seconds), **facts)

    def picture(self, source: Source, height: int, sound: str, pattern: str = "testsrc2") -> Rendition:
        width = height * 16 // 9 // 2 * 2
        coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", 50, "-pix_fmt", "yuv420p", "-profile:v", "baseline")
        facts = {"media": "video", "codecs": "avc1.42c01e", "width": width, "height": height, "frame_rate": 25.0}
        graph = f"{pattern}=s={width}x{height}:r=25"
        return self.rendition(source, f"{height}p", graph, *coded, sound=sound, **facts)

    def sound(self, source: Source, name: str, hertz: int, group: str = "full", **facts: Any) -> Rendition:
        coded = ("-c:a", "aac", "-b:a", "32k" if group == "low" else "96k", "-ar", 48000)
        told = {"media": "audio", "codecs": "mp4a.40.2", "sound": group}
        return self.rendition(source, name, f"sine=f={hertz}:r=48000", *coded, **told, **facts)

    def stills(self, source: Source) -> Stills:
        """A poster, a storyboard of one tile for each two seconds (six on a sheet), three scenes in three colours."""
        prefix = f"derived/{self.recording.id}/{source.id}stills/"
        out = self.folder / f"{source.id}-stills"
        out.mkdir()
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360", "-frames:v", 1, out / "poster.jpg")
        scenes = []
        for number, (time, colour) in enumerate(zip(SCENES, COLOURS, strict=True), 1):
            file = f"scene-{number}.jpg"
            ffmpeg("-f", "lavfi", "-i", f"color={colour}:s=320x180", "-frames:v", 1, out / file)
            size = (out / file).stat().st_size
            scenes.append({"time": time, "file": file, "large": file, "kind": "slide", "size": size})
        tiles = ("-vf", f"fps=1/2,scale={TILE[0]}:{TILE[1]},tile=3x2", out / "sheet-%03d.jpg")
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=5", "-t", SECONDS, *tiles)
        cues = [
            f"00:00:{at:02}.000 --> 00:00:{at + 2:02}.000\n"
            f"sheet-{n // 6 + 1:03}.jpg#xywh={n % 3 * TILE[0]},{n % 6 // 3 * TILE[1]},{TILE[0]},{TILE[1]}\n"
            for n, at in enumerate(range(0, SECONDS, 2))
        ]
        (out / "storyboard.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
        for path in out.iterdir():
            self.store.upload(prefix + path.name, path)
        sheets = sorted(path.name for path in out.glob("sheet-*.jpg"))
        facts: dict[str, Any] = {"poster": {"file": "poster.jpg", "time": 3.0, "width": 640, "height": 360}}
        facts["storyboard"] = {"vtt": "storyboard.vtt", "sheets": sheets, "seconds": 2, "tile": list(TILE)}
        facts["scenes"] = scenes
        return Stills(source_id=source.id, recording_id=self.recording.id, prefix=prefix, facts=facts)


@dataclass
class Stocked:
    """A portal, and in it an operation seen from two sides, a part of one missing."""

    portal: Portal
    settings: Settings
    catalogue: Catalogue
    operation: Recording
    endoscope: Source
    room: Source

    @property
    def address(self) -> str:
        return f"{self.portal.address}/?r={self.operation.id}"

    def add(self, folder: Path, title: str, seconds: float, angles: list[Source], fill: Callable[[Shelf], Any]) -> str:
        """Put another recording in; `fill` gives its renditions. Returns its address."""
        made = Recording(title=title, kind=Kind.OPERATION, state=State.PUBLISHED, duration=seconds)
        for position, angle in enumerate(angles):
            angle.recording_id, angle.position, angle.name = made.id, position, f"{position}.mp4"
            angle.media = {"duration": seconds, "missing": []}
        self.catalogue.add(made, angles)
        with open_store(self.settings) as store:
            self.catalogue.put_renditions(made.id, fill(Shelf(folder, store, made, seconds)))
        return f"{self.portal.address}/?r={made.id}"
