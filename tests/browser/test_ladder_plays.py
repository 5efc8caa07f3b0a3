"""A rung that was joined from chunks plays in a browser's media source as one stretch, across its seams."""

import functools
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser

from ingest.steps import ladder, probe, splice
from ingest.watch import Silent

PAGE = "<!doctype html><video id=v muted></video>"
PLAY = """async ([name, codecs]) => {
  const video = document.getElementById("v"), source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise(done => source.onsourceopen = done);
  const buffer = source.addSourceBuffer(`video/mp4; codecs="${codecs}"`);
  const bytes = await (await fetch(name)).arrayBuffer();
  await new Promise((done, fail) => { buffer.onupdateend = done; buffer.onerror = fail; buffer.appendBuffer(bytes); });
  source.endOfStream();
  const ranges = [...Array(video.buffered.length).keys()].map(n => [video.buffered.start(n), video.buffered.end(n)]);
  video.playbackRate = 4;
  const ended = new Promise((done, fail) => { video.onended = done; video.onerror = () => fail(video.error.message); });
  await video.play();
  await ended;
  return { ranges, at: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "page.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_joined_rung_plays_across_its_seams(browser: Browser, address: str, tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    made = ("-f", "lavfi", "-i", "testsrc2=s=320x256:r=30000/1001:d=14", "-c:v", "libx264", "-preset", "ultrafast")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "-pix_fmt", "yuv420p", source], check=True)
    media = probe.probe(source, name="source")
    rungs = tuple(replace(rung, preset="veryfast") for rung in ladder.plan(media, copied=False).rest)
    ranges = ladder.chunks(media, rungs, seconds=4)
    inputs = {}
    for position, frames in enumerate(ranges):
        out = tmp_path / str(position)
        out.mkdir()
        pieces = ladder.run({"source": source}, out, ladder.Recipe(media, rungs, frames=frames), Silent())["pieces"]
        inputs |= {f"{position}/{rung}": out / file for rung, file in pieces.items()}
    joined = splice.run(inputs, tmp_path, splice.Recipe(media, rungs, ranges), Silent())["renditions"][0]

    page = browser.new_page()
    page.goto(f"{address}/page.html")
    played = page.evaluate(PLAY, [joined["file"], joined["codecs"]])
    page.close()
    frames = round(14 * 30000 / 1001)
    assert len(ranges) == 4  # the last ones are shorter
    assert played["ranges"] == [[pytest.approx(0, abs=0.001), pytest.approx(joined["duration"], abs=0.002)]]
    assert played["at"] == pytest.approx(joined["duration"], abs=0.05)
    assert frames * 0.9 < played["frames"] <= frames
