"""The playlists and byte ranges that the gateway works out by itself."""

import re

import pytest

from archive.tables import Rendition
from dashboard import hls, ranges


def row(name: str, media: str, bandwidth: int, **facts: object) -> Rendition:
    codecs = "mp4a.40.2" if media == "audio" else "avc1.64001f"
    where = {"recording_id": "r", "source_id": "s", "prefix": "derived/r/d/", "playlist": "index.m3u8", "file": "a.mp4"}
    return Rendition(**where, name=name, media=media, codecs=codecs, bandwidth=bandwidth, size=1, duration=1, **facts)


SOURCE = row("source", "video", 2_000_000, width=1280, height=720, frame_rate=29.97)
SMALL = row("480p", "video", 400_000, width=854, height=480, frame_rate=25.0)
SOUND = row("audio", "audio", 64_000)


def test_a_master_names_the_sound_once_and_the_weakest_picture_first() -> None:
    assert hls.master([SOURCE, SOUND, SMALL], language="zh").splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        (
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="full",NAME="sound",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES,'
            'URI="audio/index.m3u8"'
        ),
        (
            '#EXT-X-STREAM-INF:BANDWIDTH=464000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=25.000,'
            'AUDIO="full"'
        ),
        "480p/index.m3u8",
        (
            '#EXT-X-STREAM-INF:BANDWIDTH=2064000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,'
            'AUDIO="full"'
        ),
        "source/index.m3u8",
    ]


def test_weak_pictures_are_heard_with_the_weak_sound_and_every_track_is_in_both_groups() -> None:
    weak = row("240p", "video", 150_000, sound="low", width=426, height=240)
    low = row("audio-low", "audio", 32_000, sound="low")
    other = row("audio-2", "audio", 64_000, preferred=False, title='Saal "2"', language="eng")
    lines = hls.master([SOURCE, weak, SOUND, low, other], language="zh").splitlines()
    tracks = [line for line in lines if line.startswith("#EXT-X-MEDIA")]
    told = [tuple(re.findall(r'(?:GROUP-ID|NAME|LANGUAGE|DEFAULT|URI)="?([^",]*)', line)) for line in tracks]
    assert told == [
        ("low", "sound", "zh", "YES", "audio-low/index.m3u8"),
        ("low", "Saal  2", "eng", "NO", "audio-2/index.m3u8"),
        ("full", "sound", "zh", "YES", "audio/index.m3u8"),
        ("full", "Saal  2", "eng", "NO", "audio-2/index.m3u8"),
    ]
    variants = [line for line in lines if line.startswith("#EXT-X-STREAM-INF")]
    assert ['AUDIO="low"' in variants[0], 'AUDIO="full"' in variants[1]] == [True, True]
    assert lines.index("240p/index.m3u8") < lines.index("source/index.m3u8")


def test_a_picture_whose_sound_is_not_there_yet_is_heard_with_what_is() -> None:
    weak = row("240p", "video", 150_000, sound="low")
    assert 'AUDIO="full"' in hls.master([weak, SOUND])


def test_sound_for_stills_is_the_least_there_is() -> None:
    low = row("audio-low", "audio", 32_000, sound="low")
    assert hls.sound([SOURCE, SOUND, low]).splitlines()[-1] == "audio-low/index.m3u8"
    assert hls.sound([SOURCE, SOUND]).splitlines()[-1] == "audio/index.m3u8"
    assert "audio" not in hls.picture([SOURCE, SOUND, low])


def test_a_silent_picture_names_no_group() -> None:
    playlist = hls.master([SMALL])
    assert "AUDIO" not in playlist
    assert 'CODECS="avc1.64001f"' in playlist


def test_sound_alone_is_the_variant() -> None:
    assert hls.master([SOUND]).splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"',
        "audio/index.m3u8",
    ]


def test_a_media_playlist_points_at_the_one_file_whatever_it_said() -> None:
    stored = (
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        '#EXT-X-MAP:URI="https://elsewhere.example/x.mp4",BYTERANGE="1200@0"\n'
        "#EXTINF:4.0,\n#EXT-X-BYTERANGE:5000@1200\n../../other/secret.mp4\n"
        "#EXTINF:4.0,\n#EXT-X-BYTERANGE:4000@6200\nhttp://elsewhere.example/y\n#EXT-X-ENDLIST\n"
    )
    assert hls.media(stored, "a b.mp4").splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        '#EXT-X-MAP:URI="a%20b.mp4",BYTERANGE="1200@0"',
        "#EXTINF:4.0,",
        "#EXT-X-BYTERANGE:5000@1200",
        "a%20b.mp4",
        "#EXTINF:4.0,",
        "#EXT-X-BYTERANGE:4000@6200",
        "a%20b.mp4",
        "#EXT-X-ENDLIST",
    ]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=10-", (10, 100)),
        ("bytes=10-1000", (10, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("Bytes = 1 - 2", (1, 3)),
        ("bytes=5-2", None),  # not a range: as if it were not there
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),  # several: the whole file is a right answer
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),  # digits, but not ASCII's
    ],
)
def test_a_range_is_read_as_the_standard_has_it(header: str | None, wanted: tuple[int, int] | None) -> None:
    assert ranges.parse(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(ranges.Unsatisfiable):
        ranges.parse(header, 100)


def test_no_range_of_an_empty_file_can_be_satisfied() -> None:
    with pytest.raises(ranges.Unsatisfiable):
        ranges.parse("bytes=0-", 0)
