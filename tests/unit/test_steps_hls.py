"""What a playlist of ours must be before a rendition counts as complete."""

from pathlib import Path

import pytest

from archive.errors import IncompleteOutput
from ingest.media import hls

GOOD = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="v.mp4",BYTERANGE="800@0"
#EXTINF:4.000000,
#EXT-X-BYTERANGE:1000@800
v.mp4
#EXTINF:2.000000,
#EXT-X-BYTERANGE:900@1800
v.mp4
#EXT-X-ENDLIST
"""
EXPECTED = hls.Expected(duration=6, tolerance=0.1, packets=150, fewer=0, more=0)


def test_parse() -> None:
    playlist = hls.parse(GOOD)
    assert playlist.file == "v.mp4"
    assert playlist.duration == 6
    assert playlist.ended
    assert playlist.peak == 3600  # 900 bytes in 2 s
    assert [part.offset for part in playlist.parts] == [800, 1800]


@pytest.mark.parametrize(
    ("playlist", "size", "why"),
    [
        (GOOD.replace("#EXT-X-ENDLIST\n", ""), 2700, "has no end"),
        (GOOD, 2600, "covers 2700 bytes of a file of 2600"),
        (GOOD, 2800, "covers 2700 bytes of a file of 2800"),
        (GOOD.replace("900@1800", "900@1900"), 2800, "a hole at byte 1800"),
        ("#EXTM3U\n#EXT-X-ENDLIST\n", 0, "no initialisation part"),
        ('#EXTM3U\n#EXT-X-MAP:URI="v.mp4",BYTERANGE="800@0"\n#EXT-X-ENDLIST\n', 800, "is empty"),
        ("", 0, "#EXTM3U"),
        (GOOD.replace("v.mp4\n#EXTINF", "w.mp4\n#EXTINF"), 2700, "points to w.mp4"),
        (GOOD.replace("#EXTINF:2.0", "#EXTINF:1.0"), 2700, "lasts 5.00 s of 6.00 s"),
        (GOOD, 2700, "cannot be read back"),  # the file holds no media
    ],
)
def test_what_is_not_complete_is_refused(tmp_path: Path, playlist: str, size: int, why: str) -> None:
    (tmp_path / "v.m3u8").write_text(playlist)
    (tmp_path / "v.mp4").write_bytes(bytes(size))
    with pytest.raises(IncompleteOutput) as caught:
        hls.prove(tmp_path, "v", EXPECTED, ["ffmpeg"])
    assert why in caught.value.message
    assert caught.value.command == ["ffmpeg"]


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(IncompleteOutput, match=r"v\.m3u8 is not there"):
        hls.prove(tmp_path, "v", EXPECTED, [])
