"""A recording to take along: what goes into the file, who gets it, and that its length is known before it is read."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import deposit
from archive.catalogue import Catalogue
from archive.cuts import Cut
from archive.database import connect
from archive.jobs import Jobs
from archive.learning.tables import Mark, MarkKind
from archive.ocfl import OcflRoot
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Recording, Rendition, Role, Source, SourceRole, State, Stills
from archive.transcripts import Segment, Transcript
from dashboard import gateway, house
from dashboard.house import House
from dashboard.pack import pieces, playlist
from dashboard.pack.pieces import Coded, Written

OURS = {"X-Shijiao": "1"}
FILM = bytes(range(256)) * 5000  # over one piece


def listed(*segments: int, first: int = 100) -> str:
    """A playlist whose initialisation and segments of two seconds lie one after the other."""
    lines = ["#EXTM3U", f'#EXT-X-MAP:URI="f.mp4",BYTERANGE="{first}@0"']
    for length in segments:
        lines += ["#EXTINF:2.000000,", f"#EXT-X-BYTERANGE:{length}@{first}", "f.mp4"]
        first += length
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def row(source: str, name: str, media: str, **more: Any) -> Rendition:
    where = {"prefix": f"derived/r1/{source}{name}/", "playlist": f"{name}.m3u8", "file": f"{name}.mp4"}
    facts = {"codecs": "avc1.42c01e" if media == "video" else "mp4a.40.2", "bandwidth": 9, "duration": 6.0, "size": 5}
    return Rendition(recording_id="r1", source_id=source, name=name, media=media, **where, **(facts | more))


@pytest.fixture
def opened(tmp_path: Path, memory_store: Any) -> Iterator[House]:
    settings = Settings(home=tmp_path, _env_file=None)
    engine = connect(settings)
    store, catalogue = cast(Any, memory_store()), Catalogue(engine)
    OcflRoot(store).ensure()
    made = Recording(id="r1", title='手术 </script> "A/B"', state=State.PUBLISHED, duration=6.0, take_away=True)
    made.speakers = ["王医生"]
    media = {"duration": 6.0}
    silent = Source(id="seen", recording_id="r1", name="a.mp4", role=SourceRole.ENDOSCOPE, media=media)
    heard = Source(id="heard", recording_id="r1", name="b.mp4", position=1, start=1.5, media=media)
    catalogue.add(made, [silent, heard])
    deposit.receive(OcflRoot(store), made, [])
    rows = [row("seen", "480p", "video", size=9, height=480), row("seen", "240p", "video", height=240)]
    rows += [row("heard", "240p", "video", height=240), row("heard", "audio", "audio")]
    rows += [row("heard", "low", "audio", sound="low")]
    catalogue.put_renditions("r1", rows)
    for each in rows:
        store.objects[each.prefix + each.file] = FILM
        store.objects[each.prefix + each.playlist] = listed(400_000, 500_000, 300_000).encode()
    scenes = [{"time": at, "file": f"s{at}.jpg", "size": 4} for at in (0, 2, 4)]
    facts = {"poster": {"file": "p.jpg"}, "scenes": scenes}
    catalogue.put_stills(Stills(source_id="seen", recording_id="r1", prefix="derived/r1/s/", facts=facts))
    for name in ("p", "s0", "s2", "s4"):
        store.objects[f"derived/r1/s/{name}.jpg"] = name.encode()
    said = (Segment(0.5, 1.5, "看清输尿管"), Segment(2.5, 3.5, "不该看的话"))
    catalogue.put_transcript("r1", Transcript("zh", said), path="t.json")
    here = House(settings, catalogue, Jobs(engine), store, cast(Any, None), "key", Members(engine, "key"))
    for at, text in ((1.0, "先找标志"), (3.0, "不该看的要点")):
        mark = Mark(
            recording_id="r1", kind=MarkKind.TEACHING_POINT, author_id="t", author_name="张主任", start=at, text=text
        )
        here.marks.write(OcflRoot(store), mark)
    house._open.append(here)
    yield here
    house._open.remove(here)
    engine.dispose()


def signed_in(here: House, name: str, role: Role = Role.VIEWER, institution: str = "") -> TestClient:
    member = here.members.add(name, role, institution=institution)
    made = TestClient(Starlette(routes=gateway.routes()), headers=OURS)
    made.cookies.set(COOKIE, here.members.redeem(here.members.invite(member.id)))
    return made


@pytest.fixture
def doctor(opened: House) -> TestClient:
    return signed_in(opened, "李医生", institution="县妇幼")


@pytest.fixture
def trainer(opened: House) -> TestClient:
    return signed_in(opened, "张主任", Role.TRAINER)


def forms(client: TestClient) -> dict[str, Any]:
    return {each["form"]: each for each in client.get("/gate/take/r1/forms.json").json()["forms"]}


def told(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def carried(page: str) -> dict[str, bytes]:
    """What the file holds, by name, its pieces put together where they lie; what is not there is zero."""
    found: dict[str, bytearray] = {}
    for name, first, text in re.findall(
        r'<script type="text/plain" data-name="(.*?)" data-first="(\d+)">(.*?)</script>', page
    ):
        data, at = found.setdefault(name, bytearray()), int(first)
        data.extend(bytes(max(0, at - len(data))))
        data[at:] = base64.b64decode(text, validate=True)
    return {name: bytes(data) for name, data in found.items()}


def kept(here: House) -> dict[str, Any]:
    """The recording as its object has it."""
    return dict(json.loads(OcflRoot(here.store).read(deposit.object_id("r1"), "recording.json"))["recording"])


# -- pieces and playlists


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 1000])
def test_any_stretch_of_a_coded_piece_is_what_base64_makes_of_it(length: int, memory_store: Any) -> None:
    store = memory_store()
    store.objects["k"] = bytes(n % 251 for n in range(length + 7))
    piece = Coded(store, "k", 5, 5 + length)
    whole = base64.b64encode(store.objects["k"][5 : 5 + length])
    assert piece.size == len(whole)
    for start in range(min(piece.size, 20)):
        for end in (start + 1, start + 6, piece.size):
            assert b"".join(piece.read(start, min(end, piece.size))) == whole[start : min(end, piece.size)]


def test_pieces_are_read_from_anywhere(memory_store: Any) -> None:
    store = memory_store()
    store.objects["k"] = b"abcdefgh"
    row = [Written(b"<p>"), Coded(store, "k", 0, 8), Written(b""), Written(b"</p>")]
    whole = b"".join(pieces.read(row, 0, pieces.size(row)))
    assert whole == b"<p>" + base64.b64encode(b"abcdefgh") + b"</p>"
    for start in range(len(whole)):
        for end in range(start + 1, len(whole) + 1):
            assert b"".join(pieces.read(row, start, end)) == whole[start:end]


def test_what_a_playlist_names_is_joined_and_gaps_are_not_named() -> None:
    plain = listed(10, 20, 30)
    assert playlist.spans(plain) == [(0, 160)]
    gapped = plain.replace(
        "#EXTINF:2.000000,\n#EXT-X-BYTERANGE:20", "#EXT-X-GAP\n#EXTINF:2.000000,\n#EXT-X-BYTERANGE:20"
    )
    assert playlist.spans(gapped) == [(0, 110), (130, 160)]
    assert list(playlist.cut([(0, 25), (30, 31)], 10)) == [(0, 10), (10, 20), (20, 25), (30, 31)]


# -- the file


@pytest.mark.parametrize("form", ["picture", "stills"])
def test_what_is_announced_is_what_is_sent(doctor: TestClient, form: str) -> None:
    offer = forms(doctor)[form]
    sent = doctor.get(f"/{offer['href']}")
    assert sent.status_code == 200
    assert len(sent.content) == offer["size"] == int(sent.headers["content-length"])
    head = doctor.head(f"/{offer['href']}")
    assert head.headers["content-length"] == sent.headers["content-length"]
    name = unquote(sent.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert name.startswith("手术 script A B")
    assert name.endswith(".html")


def test_the_smallest_picture_goes_along_with_the_sound_of_the_angle_that_has_one(doctor: TestClient) -> None:
    page = doctor.get("/gate/take/r1/picture.html").text
    held = carried(page)
    assert set(held) == {"0/p.jpg", "0/240p/240p.mp4", "1/low/low.mp4"}
    assert held["0/240p/240p.mp4"] == FILM[:1_200_100]  # what the playlist names, and no more
    facts = told(page)
    assert [(angle["start"], len(angle["rungs"]), len(angle["tracks"])) for angle in facts["angles"]] == [
        (0.0, 1, 0),
        (1.5, 0, 1),
    ]
    assert "240p/240p.m3u8" in facts["playlists"]["pack://recording/0/master.m3u8"]
    assert "low/low.m3u8" in facts["playlists"]["pack://recording/1/master.m3u8"]
    assert facts["points"][0]["text"] == "先找标志"
    said = base64.b64decode(facts["captions"][0]["address"].partition("base64,")[2]).decode()
    assert "看清输尿管" in said


def test_a_file_tells_its_own_length_and_which_view_is_not_in_it(doctor: TestClient, opened: House) -> None:
    opened.catalogue.change("r1", duration=3600.0)
    for form in ("picture", "stills"):
        page = doctor.get(f"/gate/take/r1/{form}.html").text
        head = re.search(r'<section class="title">(.*?)</section>', page, re.DOTALL)
        assert head
        assert "0:07" in head[1]  # 7.5 s, as its player counts
        assert "1:00:00" not in head[1]
        assert "只含一路画面，不含：手术室。" in head[1]


def test_sound_goes_along_with_a_still_for_every_scene(doctor: TestClient) -> None:
    page = doctor.get("/gate/take/r1/stills.html").text
    assert set(carried(page)) == {"0/s0.jpg", "0/s2.jpg", "0/s4.jpg", "1/low/low.mp4"}
    assert [scene["time"] for scene in told(page)["angles"][0]["scenes"]] == [0, 2, 4]


@pytest.mark.parametrize("who", ["doctor", "trainer"])
def test_what_is_cut_does_not_go_along_whoever_takes_it(
    opened: House, who: str, request: pytest.FixtureRequest
) -> None:
    cut = Cut(recording_id="r1", start=2.2, end=3.8, author_id="t", author_name="张主任")
    opened.cuts.put(OcflRoot(opened.store), "r1", [cut], instead_of=())
    client = request.getfixturevalue(who)
    page = client.get("/gate/take/r1/picture.html").text
    held = carried(page)
    film = held["0/240p/240p.mp4"]
    assert film[:400_100] == FILM[:400_100]
    assert film[400_100:900_100] == bytes(500_000)
    assert film[900_100:] == FILM[900_100:1_200_100]
    sound = held["1/low/low.mp4"]
    assert sound[100:900_100] == bytes(900_000)  # it begins later: two of its segments are touched
    text = base64.b64decode(told(page)["captions"][0]["address"].partition("base64,")[2]).decode()
    assert "看清输尿管" in text
    assert "不该看" not in text + json.dumps(told(page), ensure_ascii=False)
    assert told(page)["cuts"][0]["from"] <= 2.2
    stills = carried(client.get("/gate/take/r1/stills.html").text)
    assert "0/s2.jpg" not in stills
    assert forms(client)["stills"]["size"] == len(client.get("/gate/take/r1/stills.html").content)


def test_the_file_names_who_took_it_and_holds_no_way_back(doctor: TestClient) -> None:
    sent = doctor.get("/gate/take/r1/picture.html?lang=zh")
    page = sent.text
    assert "李医生（县妇幼）" in page
    assert '</script> "A/B"' not in page
    secret = doctor.cookies[COOKIE]
    assert secret not in page
    assert "/gate/" not in page.split('id="told"')[0] + json.dumps(told(page))
    assert "testserver" not in page
    for address in re.findall(r"""https?://[^\s"'<>)]+""", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)):
        assert "apache.org" in address or "dailymotion" in address or "github.com/videojs" in address, address
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "Apache License" in page
    assert "For 李医生 (县妇幼) alone" in doctor.get("/gate/take/r1/picture.html?lang=en").text


# -- who gets it


def test_the_rest_of_a_file_is_sent_and_is_the_same_taking(doctor: TestClient, opened: House) -> None:
    whole = doctor.get("/gate/take/r1/picture.html")
    etag = whole.headers["etag"]
    rest = doctor.get("/gate/take/r1/picture.html", headers={"Range": "bytes=500000-", "If-Range": etag})
    assert rest.status_code == 206
    assert rest.content == whole.content[500_000:]
    stale = doctor.get("/gate/take/r1/picture.html", headers={"Range": "bytes=500000-", "If-Range": '"other"'})
    assert stale.status_code == 200
    doctor.head("/gate/take/r1/picture.html")
    taken = opened.takings.of("r1")
    assert [(row.member_name, row.form, row.size) for row in taken] == [("李医生", "picture", len(whole.content))] * 2
    doctor.get("/gate/take/r1/stills.html", headers={"Range": "bytes=1-"})  # no way to take without being written down
    assert [row.form for row in opened.takings.of()].count("stills") == 1


def test_what_may_not_be_taken_is_refused_with_a_sentence(doctor: TestClient, opened: House) -> None:
    opened.catalogue.change("r1", take_away=False)
    offer = doctor.get("/gate/take/r1/forms.json?lang=en").json()
    assert offer["forms"] == []
    assert "do not allow a copy" in offer["told"]
    refused = doctor.get("/gate/take/r1/picture.html?lang=en")
    assert refused.status_code == 403
    assert "do not allow a copy" in refused.text
    assert opened.takings.of() == []


def test_nobody_else_gets_it(doctor: TestClient, opened: House) -> None:
    assert TestClient(Starlette(routes=gateway.routes())).get("/gate/take/r1/picture.html").status_code == 401
    assert doctor.get("/gate/take/r1/film.html").status_code == 404
    assert doctor.get("/gate/take/r9/picture.html").status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert doctor.get("/gate/take/r1/picture.html", headers=elsewhere).status_code == 403
    opened.catalogue.change("r1", state=State.WITHDRAWN)
    assert doctor.get("/gate/take/r1/picture.html").status_code == 403
    assert opened.takings.of() == []


def test_who_keeps_it_says_whether_it_may_be_taken_and_the_object_knows(
    doctor: TestClient, trainer: TestClient, opened: House
) -> None:
    assert "allowed" not in doctor.get("/gate/take/r1/forms.json").json()
    assert doctor.post("/gate/take/r1/allowed", json={"allowed": False}).status_code == 403
    assert trainer.get("/gate/take/r1/forms.json").json()["allowed"] is True
    assert trainer.post("/gate/take/r1/allowed", json={"allowed": False}).json() == {"allowed": False}
    assert "take_away" not in kept(opened)
    assert trainer.get("/gate/take/r1/picture.html").status_code == 403
    trainer.post("/gate/take/r1/allowed", json={"allowed": True})
    assert kept(opened)["take_away"] is True
    assert doctor.get("/gate/take/r1/picture.html").status_code == 200
