"""Who gets what from the gateway. The store here is a dictionary; the browser tests ask the real one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import tokens, transcripts
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import NotFound, StoreUnavailable
from archive.jobs import Jobs
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Member, Recording, Rendition, Source, State, Stills
from dashboard import gateway, house, scripts
from dashboard.house import House

KEY = "derived/r1/d1/480p.mp4"
MEDIA = bytes(range(256)) * 20
PLAYLIST = '#EXTM3U\n#EXT-X-MAP:URI="480p.mp4",BYTERANGE="10@0"\n#EXTINF:4,\n480p.mp4\n#EXT-X-ENDLIST\n'


class Shelf:
    """A store of a few objects."""

    def __init__(self) -> None:
        self.objects = {KEY: MEDIA, "derived/r1/d1/480p.m3u8": PLAYLIST.encode(), "ocfl/r1/source.mp4": b"secret"}
        self.objects |= {
            "derived/r1/d2/p.jpg": b"jpeg",
            "derived/r1/d2/b.vtt": b"WEBVTT",
            "derived/r1/d2/secret.jpg": b"no",
        }
        self.asked: list[tuple[str, int, int]] = []
        self.down = False

    def get(self, key: str) -> bytes:
        try:
            return self.objects[key]
        except KeyError:
            raise NotFound(f"no {key}") from None

    def stream(self, key: str, start: int, end: int) -> Iterator[bytes]:
        if self.down:
            raise StoreUnavailable("The object store does not answer.")
        self.asked.append((key, start, end))
        for at in range(start, end, 1000):
            yield self.objects[key][at : min(at + 1000, end)]

    def presign_get(self, key: str, *, seconds: int) -> str:
        return f"https://store.example/{key}?for={seconds}"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def opened(tmp_path: Path, shelf: Shelf) -> Iterator[House]:
    settings = Settings(home=tmp_path, token_minutes=10, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    for name, state in [("r1", State.PUBLISHED), ("r2", State.WITHDRAWN)]:
        source = Source(id=f"s-{name}", recording_id=name, name="a.mp4")
        catalogue.add(Recording(id=name, title="胎心监护", state=state), [source])
    facts: dict[str, Any] = {
        "codecs": "avc1.64001f",
        "bandwidth": 400_000,
        "width": 854,
        "height": 480,
        "duration": 4.0,
    }
    where = {"prefix": "derived/r1/d1/", "playlist": "480p.m3u8", "file": "480p.mp4", "size": len(MEDIA)}
    row = Rendition(recording_id="r1", source_id="s-r1", name="480p", media="video", **facts, **where)
    catalogue.put_renditions("r1", [row])
    facts = {"poster": {"file": "p.jpg"}, "storyboard": {"vtt": "b.vtt", "sheets": []}}
    facts["scenes"] = [{"time": 4.0, "file": "s2.jpg", "size": 9}, {"time": 0.0, "file": "s1.jpg", "size": 9}]
    catalogue.put_stills(Stills(source_id="s-r1", recording_id="r1", prefix="derived/r1/d2/", facts=facts))
    said = transcripts.Transcript("zh", (transcripts.Segment(1.0, 2.5, "脐带 <脱垂> & 早剥"),))
    catalogue.put_transcript("r1", said, path="t.json")
    members = Members(engine, "key")
    here = House(settings, catalogue, Jobs(engine), cast(Any, shelf), cast(Any, None), "key", members)
    house._open.append(here)
    yield here
    house._open.remove(here)
    engine.dispose()


@pytest.fixture
def doctor(opened: House) -> Member:
    return opened.members.add("王医生", institution="县妇幼")


@pytest.fixture
def client(opened: House, doctor: Member) -> TestClient:
    """The browser in which the doctor is signed in."""
    made = TestClient(Starlette(routes=gateway.routes()), follow_redirects=False)
    made.cookies.set(COOKIE, opened.members.redeem(opened.members.invite(doctor.id)))
    return made


@pytest.fixture
def base(opened: House, doctor: Member) -> str:
    return f"/gate/{opened.token(doctor, 'r1')}"


def test_a_viewer_gets_playlists_media_and_captions(client: TestClient, base: str) -> None:
    master = client.get(f"{base}/s-r1/master.m3u8")
    assert master.status_code == 200
    assert master.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert "480p/480p.m3u8" in master.text
    assert "480p.mp4" in client.get(f"{base}/s-r1/480p/480p.m3u8").text
    assert client.get(f"{base}/s-r1/480p/480p.mp4").content == MEDIA
    captions = client.get(f"{base}/captions.zh.vtt")
    assert captions.text.startswith("WEBVTT")
    assert "脐带 &lt;脱垂&gt; &amp; 早剥" in captions.text


def test_nothing_is_open_to_other_sites_or_kept_where_it_should_not_be(client: TestClient, base: str) -> None:
    for path in ("master.m3u8", "480p/480p.m3u8", "480p/480p.mp4", "captions.zh.vtt", "nothing/here"):
        headers = client.get(f"{base}/{path}", headers={"Origin": "https://elsewhere.example"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"].startswith("private")
        assert "access-control-allow-origin" not in headers
    assert client.get(f"{base}/s-r1/master.m3u8").headers["cache-control"] == "private, max-age=3"


@pytest.mark.parametrize(
    "path", ["s-r1/master.m3u8", "s-r1/480p/480p.m3u8", "s-r1/480p/480p.mp4", "captions.zh.vtt", "s-r1/stills/p.jpg"]
)
def test_a_token_that_is_forged_damaged_or_too_old_opens_nothing(
    client: TestClient, base: str, doctor: Member, path: str
) -> None:
    forged = tokens.sign("another key", tokens.Pass(doctor.id, "r1"))
    stranger = tokens.sign("key", tokens.Pass("somebody", "r1"))
    for bad in (f"/gate/{forged}", base[:-2], f"/gate/{stranger}", "/gate/none"):
        answer = client.get(f"{bad}/{path}")
        assert answer.status_code == 403, bad
        assert answer.text.count(".") <= 2
        assert client.head(f"{bad}/{path}").status_code == 403


def test_a_token_grows_old(client: TestClient, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    assert client.get(f"{base}/s-r1/master.m3u8").status_code == 200
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 11 * 60)
    assert client.get(f"{base}/s-r1/master.m3u8").status_code == 403


def test_a_recording_that_is_withdrawn_is_closed_at_once(
    client: TestClient, base: str, opened: House, doctor: Member
) -> None:
    assert client.get(f"{base}/s-r1/480p/480p.mp4").status_code == 200
    opened.catalogue.change("r1", state=State.WITHDRAWN)
    for path in ("s-r1/master.m3u8", "s-r1/480p/480p.m3u8", "s-r1/480p/480p.mp4", "captions.zh.vtt"):
        assert client.get(f"{base}/{path}").status_code == 403
    assert client.get(f"/gate/{opened.token(doctor, 'r2')}/s-r2/master.m3u8").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "480p/480p.mp4",
        "s-r1/480p/other.mp4",
        "s-r2/480p/480p.mp4",
        "s-r1/audio/480p.mp4",
        "s-r1/stills/secret.jpg",
        "s-r1/stills/" + quote("../d1/480p.mp4", safe=""),
        "s-r1/480p/" + quote("../../ocfl/r1/source.mp4", safe=""),
        "s-r1/480p/" + quote("/ocfl/r1/source.mp4", safe=""),
        "s-r1/" + quote("../d1", safe="") + "/480p.mp4",
        "captions.en.vtt",
        "s-r1/source.mp4",
        "s-r1/480p/480p.mp4/more",
        "",
    ],
)
def test_nothing_else_in_the_store_has_an_address(client: TestClient, base: str, shelf: Shelf, path: str) -> None:
    assert client.get(f"{base}/{path}").status_code == 404
    assert shelf.asked == []


def test_stills_are_pictures_that_a_viewer_may_keep(client: TestClient, base: str) -> None:
    poster = client.get(f"{base}/s-r1/stills/p.jpg")
    assert (poster.content, poster.headers["content-type"]) == (b"jpeg", "image/jpeg")
    assert poster.headers["cache-control"] == "private, max-age=3600"
    again = client.get(f"{base}/s-r1/stills/p.jpg", headers={"If-None-Match": poster.headers["etag"]})
    assert again.status_code == 304
    assert client.get(f"{base}/s-r1/stills/b.vtt").headers["content-type"].startswith("text/vtt")
    scenes = client.get(f"{base}/s-r1/stills/scenes.json").json()
    assert scenes == [{"time": 0.0, "file": "s1.jpg"}, {"time": 4.0, "file": "s2.jpg"}]


def test_a_rendition_made_anew_is_not_read_with_the_playlist_of_the_one_before(
    client: TestClient, base: str, opened: House
) -> None:
    named = client.get(f"{base}/s-r1/480p/480p.m3u8").text.splitlines()[-2]
    assert client.get(f"{base}/s-r1/480p/{named}").content == MEDIA
    row = opened.catalogue.renditions("r1")[0].model_dump(exclude={"id"})
    opened.catalogue.put_renditions("r1", [Rendition(**row | {"prefix": "derived/r1/d3/"})])
    assert client.get(f"{base}/s-r1/480p/{named}").status_code == 404


def test_an_angle_is_asked_for_its_picture_or_its_sound_alone(client: TestClient, base: str, opened: House) -> None:
    assert client.get(f"{base}/s-r1/sound.m3u8").status_code == 404  # it has none
    row = opened.catalogue.renditions("r1")[0].model_dump(exclude={"id"})
    sound = row | {"name": "audio-low", "media": "audio", "sound": "low", "width": None, "height": None}
    opened.catalogue.put_renditions("r1", [Rendition(**sound)])
    assert "480p/" not in client.get(f"{base}/s-r1/sound.m3u8").text
    assert "audio-low" not in client.get(f"{base}/s-r1/picture.m3u8").text
    assert "audio-low" in client.get(f"{base}/s-r1/master.m3u8").text


def test_ranges(client: TestClient, base: str, shelf: Shelf) -> None:
    address = f"{base}/s-r1/480p/480p.mp4"
    whole = client.get(address)
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
    assert whole.headers["content-length"] == str(len(MEDIA))
    part = client.get(address, headers={"Range": "bytes=100-3099"})
    assert (part.status_code, part.content) == (206, MEDIA[100:3100])
    assert part.headers["content-range"] == f"bytes 100-3099/{len(MEDIA)}"
    assert shelf.asked[-1] == (KEY, 100, 3100)  # no more is fetched than was asked for
    assert client.get(address, headers={"Range": "bytes=-20"}).content == MEDIA[-20:]
    beyond = client.get(address, headers={"Range": f"bytes={len(MEDIA)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(MEDIA)}")


def test_if_range_and_if_none_match(client: TestClient, base: str) -> None:
    address = f"{base}/s-r1/480p/480p.mp4"
    etag = client.get(address).headers["etag"]
    same = client.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})
    changed = client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert (same.status_code, changed.status_code) == (206, 200)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_head_reads_nothing(client: TestClient, base: str, shelf: Shelf) -> None:
    head = client.head(f"{base}/s-r1/480p/480p.mp4", headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"], head.content) == (206, "10", b"")
    assert client.head(f"{base}/s-r1/480p/480p.mp4").headers["content-length"] == str(len(MEDIA))
    assert shelf.asked == []


def test_a_store_that_does_not_answer_is_said_so(client: TestClient, base: str, shelf: Shelf) -> None:
    shelf.down = True
    answer = client.get(f"{base}/s-r1/480p/480p.mp4")
    assert (answer.status_code, answer.text) == (503, "The object store does not answer.")


def test_a_store_that_browsers_reach_is_asked_by_them(client: TestClient, base: str, opened: House) -> None:
    outside = House(
        opened.settings.model_copy(update={"s3_public_endpoint": "https://store.example"}),
        opened.catalogue,
        opened.jobs,
        opened.store,
        opened.index,
        opened.signing_key,
        opened.members,
    )
    house._open.append(outside)
    try:
        answer = client.get(f"{base}/s-r1/480p/480p.mp4")
    finally:
        house._open.remove(outside)
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"https://store.example/{KEY}?for=")
    assert answer.headers["cache-control"] == "private, no-store"


def test_the_library_of_the_player_may_be_kept(client: TestClient) -> None:
    answer = client.get("/gate/hls.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith("/* hls.js 1.")
    assert scripts.addresses()["library"].startswith("gate/hls.js?v=")
    assert "class Sync" in client.get("/gate/player.js").text
    assert client.get("/gate/entry.js").status_code == 404


@pytest.mark.parametrize("path", ["s-r1/master.m3u8", "s-r1/480p/480p.mp4", "captions.zh.vtt", "s-r1/stills/p.jpg"])
def test_without_a_session_the_gateway_serves_nothing(client: TestClient, base: str, path: str) -> None:
    assert client.get(f"{base}/{path}").status_code == 200
    cookie = client.cookies[COOKIE]
    for held in ("", "forged", ("A" if cookie[0] != "A" else "B") + cookie[1:]):
        client.cookies.clear()
        client.cookies.set(COOKIE, held)
        assert client.get(f"{base}/{path}").status_code == 401


def test_a_link_that_was_passed_on_opens_nothing_for_another_member(
    client: TestClient, base: str, opened: House
) -> None:
    other = opened.members.add("李医生")
    client.cookies.clear()
    client.cookies.set(COOKIE, opened.members.redeem(opened.members.invite(other.id)))
    assert client.get(f"{base}/s-r1/master.m3u8").status_code == 403


def test_a_session_that_was_ended_is_closed_at_once(
    client: TestClient, base: str, opened: House, doctor: Member
) -> None:
    assert opened.members.sign_out_everywhere(doctor.id) == 1
    assert client.get(f"{base}/s-r1/480p/480p.mp4").status_code == 401
