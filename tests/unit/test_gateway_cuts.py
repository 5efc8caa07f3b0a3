"""Nothing that is cut leaves by the gateway, however it is asked for; those who may edit see it where they ask to."""

import io
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import tokens, transcripts
from archive.catalogue import Catalogue
from archive.cuts import Cut
from archive.database import connect
from archive.jobs import Jobs
from archive.learning.tables import Mark, MarkKind
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Member, Recording, Rendition, Role, Source, State, Stills
from dashboard import gateway, house
from dashboard.house import House

HEAD, SIZE, COUNT = 16, 100, 20  # bytes before the segments, of each of them, and how many there are, of two seconds
CLOSED = set(range(6, 11))  # 13 to 21 s are cut: the seventh segment to the eleventh
MEDIA = b"\xff" * HEAD + b"".join(bytes([number]) * SIZE for number in range(COUNT)) + b"\xfe" * 8
TILE = 32


def playlist(name: str) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:2", "#EXT-X-PLAYLIST-TYPE:VOD"]
    lines.append(f'#EXT-X-MAP:URI="{name}.mp4",BYTERANGE="{HEAD}@0"')
    for number in range(COUNT):
        lines += ["#EXTINF:2.000000,", f"#EXT-X-BYTERANGE:{SIZE}@{HEAD + SIZE * number}", f"{name}.mp4"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def storyboard() -> tuple[str, bytes]:
    """Twenty tiles of two seconds on one sheet, each of a colour that tells its number, and their WebVTT."""
    sheet = Image.new("RGB", (TILE * 10, TILE * 2))
    cues = ["WEBVTT"]
    for number in range(COUNT):
        left, top = number % 10 * TILE, number // 10 * TILE
        sheet.paste((10 * number + 20, 0, 255), (left, top, left + TILE, top + TILE))
        cues.append(
            f"00:00:{2 * number:02}.000 --> 00:00:{2 * number + 2:02}.000\nb.jpg#xywh={left},{top},{TILE},{TILE}"
        )
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=95)
    return "\n\n".join(cues) + "\n", out.getvalue()


@pytest.fixture(scope="module")
def here(memory_store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("cut")
    engine, store = connect(Settings(home=home, _env_file=None)), memory_store()
    catalogue = Catalogue(engine)
    source = Source(id="s1", recording_id="r1", name="a.mp4", media={"duration": 40.0})
    catalogue.add(Recording(id="r1", title="胎心监护", state=State.PUBLISHED, duration=40.0), [source])
    facts: dict[str, Any] = {"codecs": "", "bandwidth": 1, "duration": 40.0, "size": len(MEDIA)}
    for name, media in (("480p", "video"), ("audio", "audio")):
        store.put(f"d/{name}/{name}.mp4", MEDIA)
        store.put(f"d/{name}/{name}.m3u8", playlist(name).encode())
        where: dict[str, Any] = {"prefix": f"d/{name}/", "playlist": f"{name}.m3u8", "file": f"{name}.mp4"}
        row = Rendition(recording_id="r1", source_id="s1", name=name, media=media, **facts, **where)
        catalogue.put_renditions("r1", [row])
    webvtt, sheet = storyboard()
    store.put("d/s/b.vtt", webvtt.encode())
    store.put("d/s/b.jpg", sheet)
    times = {"s1.jpg": 0.0, "s2.jpg": 12.5, "s3.jpg": 24.0}
    for name in ("p.jpg", *times, *(f"large-{name}" for name in times)):
        store.put(f"d/s/{name}", name.encode())
    scenes = [
        {"time": time, "file": name, "large": f"large-{name}", "kind": "slide", "size": 1}
        for name, time in times.items()
    ]
    told = {"poster": {"file": "p.jpg", "time": 15.0}, "scenes": scenes}
    told["storyboard"] = {"vtt": "b.vtt", "sheets": ["b.jpg"], "seconds": 2}
    catalogue.put_stills(Stills(source_id="s1", recording_id="r1", prefix="d/s/", facts=told))
    said = [transcripts.Segment(2.0 * n, 2.0 * n + 2, f"第{n}句") for n in range(COUNT)]
    catalogue.put_transcript("r1", transcripts.Transcript("zh", tuple(said)), path="t.json")
    members = Members(engine, "key")
    made = House(
        Settings(home=home, token_minutes=10, _env_file=None),
        catalogue,
        Jobs(engine),
        cast(ObjectStore, store),
        cast(Any, None),
        "key",
        members,
    )
    house._open.append(made)
    made.cuts.put(OcflRoot(made.store), "r1", [Cut(recording_id="r1", start=13.0, end=21.0)], instead_of=[])
    yield made
    house._open.remove(made)
    engine.dispose()


def signed_in(here: House, role: Role) -> tuple[TestClient, Member]:
    member = here.members.add(f"某{role.value}", role=role)
    client = TestClient(Starlette(routes=gateway.routes()), follow_redirects=False)
    client.cookies.set(COOKIE, here.members.redeem(here.members.invite(member.id)))
    return client, member


@pytest.fixture(scope="module")
def doctor(here: House) -> tuple[TestClient, Member]:
    return signed_in(here, Role.VIEWER)


@pytest.fixture(scope="module")
def client(doctor: tuple[TestClient, Member]) -> TestClient:
    return doctor[0]


@pytest.fixture(scope="module")
def base(here: House, doctor: tuple[TestClient, Member]) -> str:
    return f"/gate/{here.token(doctor[1], 'r1')}"


WHERE = st.integers(0, len(MEDIA) + 50)
SPEC = st.one_of(
    st.tuples(WHERE, WHERE).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    st.tuples(WHERE, WHERE).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    WHERE.map(lambda start: f"{start}-"),
    WHERE.map(lambda length: f"-{length}"),
    st.sampled_from(["", "-", "a-b", "0-0x10", "--1", "00000000000-99999999999999999999"]),
)
HEADER = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from(["bytes=", "Bytes = ", "bytes =", "bytes", "octets=", ""]),
        st.lists(SPEC, min_size=1, max_size=4),
        st.sampled_from([",", ", ", " ,", ";"]),
    ).map(lambda parts: parts[0] + parts[2].join(parts[1])),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=HEADER, if_range=st.sampled_from([None, '"older"', "the true one"]), name=st.sampled_from(["480p", "audio"])
)
def test_no_byte_of_what_is_cut_can_be_fetched(
    client: TestClient, base: str, header: str | None, if_range: str | None, name: str
) -> None:
    address = f"{base}/s1/{name}/{name}.mp4"
    sent = {} if header is None else {"Range": header}
    if if_range is not None:
        sent["If-Range"] = client.head(address, headers={"Range": "bytes=0-1"}).headers["etag"]
        sent["If-Range"] = if_range if if_range != "the true one" else sent["If-Range"]
    answer = client.get(address, headers=sent)
    assert answer.status_code in (206, 403, 416), header
    if answer.status_code == 206:
        assert not set(answer.content) & CLOSED, header
        start, end = map(int, answer.headers["content-range"].removeprefix("bytes ").split("/")[0].split("-"))
        assert answer.content == MEDIA[start : end + 1]
    elif answer.status_code == 403:
        assert "cut out" in answer.text


@pytest.mark.parametrize("number", range(COUNT))
def test_each_segment_beside_a_cut_can_be_fetched_and_none_in_it(client: TestClient, base: str, number: int) -> None:
    first = HEAD + SIZE * number
    answer = client.get(f"{base}/s1/480p/480p.mp4", headers={"Range": f"bytes={first}-{first + SIZE - 1}"})
    assert answer.status_code == (403 if number in CLOSED else 206)
    edges = {"Range": f"bytes={first - 1}-{first + SIZE}"}  # one byte more on both sides
    beside = {number - 1, number, number + 1}
    allowed = not beside & CLOSED and number < COUNT - 1 and number >= 0
    assert (client.get(f"{base}/s1/480p/480p.mp4", headers=edges).status_code == 206) == allowed
    assert client.get(f"{base}/s1/480p/480p.mp4", headers={"Range": f"bytes=0-{HEAD - 1}"}).status_code == 206


def test_a_playlist_has_gaps_that_keep_the_time_of_all_else(client: TestClient, base: str) -> None:
    lines = client.get(f"{base}/s1/480p/480p.m3u8").text.splitlines()
    assert sum(line.startswith("#EXTINF") for line in lines) == COUNT
    gaps = [lines[n + 2] for n, line in enumerate(lines) if line == "#EXT-X-GAP"]
    assert gaps == [f"#EXT-X-BYTERANGE:{SIZE}@{HEAD + SIZE * number}" for number in sorted(CLOSED)]
    assert lines[-1] == "#EXT-X-ENDLIST"


def test_captions_have_nothing_of_it(client: TestClient, base: str) -> None:
    told = client.get(f"{base}/captions.zh.vtt").text
    heard = [n for n in range(COUNT) if f"第{n}句" in told]
    assert heard == [n for n in range(COUNT) if n not in (6, 7, 8, 9, 10)]  # half of the first was to be cut, and goes


def test_pictures_of_it_are_not_there(client: TestClient, base: str) -> None:
    stills = f"{base}/s1/stills"
    scenes = client.get(f"{stills}/scenes.json").json()
    assert [scene["file"] for scene in scenes] == ["s1.jpg", "s3.jpg"]  # the second was taken between 12.5 and 14.5
    for name in ("s2.jpg", "large-s2.jpg", "p.jpg"):
        assert client.get(f"{stills}/{name}").status_code == 404
    assert client.get(f"{stills}/large-s1.jpg").content == b"large-s1.jpg"  # the poster's place is taken by it
    cues = client.get(f"{stills}/b.vtt").text.count("-->")
    assert cues == COUNT - len(CLOSED)
    sheet = client.get(f"{stills}/b.jpg")
    assert "max-age" not in sheet.headers["cache-control"]
    picture = Image.open(io.BytesIO(sheet.content)).convert("RGB")
    for number in range(COUNT):
        tile = client.get(f"{base}/s1/tiles/{number}.jpg")
        assert tile.status_code == (404 if number in CLOSED else 200)
        for across, down in ((2, 2), (TILE // 2, TILE // 2), (TILE - 3, TILE - 3)):
            red, _, blue = picture.getpixel((number % 10 * TILE + across, number // 10 * TILE + down))  # type: ignore[misc]
            if number in CLOSED:
                assert abs(red - 128) < 40
                assert blue < 190, number
            else:
                assert abs(red - (10 * number + 20)) < 40
                assert blue > 200, number


def test_the_end_of_the_storyboard_is_not_found_behind_it(here: House, client: TestClient, base: str) -> None:
    [kept] = here.cuts.of("r1")
    here.cuts.put(
        OcflRoot(here.store), "r1", [kept, Cut(recording_id="r1", start=38.5, end=40.0)], instead_of=[kept.id]
    )
    try:
        for number in (COUNT - 1, COUNT, 9999):
            assert client.get(f"{base}/s1/tiles/{number}.jpg").status_code == 404
        lines = client.get(f"{base}/s1/480p/480p.m3u8").text.splitlines()
        assert sum(line.startswith("#EXTINF") for line in lines) == COUNT - 1  # an end that is cut is an end
    finally:
        here.cuts.put(OcflRoot(here.store), "r1", [kept], instead_of=[row.id for row in here.cuts.of("r1")])


def test_those_who_may_edit_see_it_where_their_token_says_so_and_nobody_else_does(here: House, base: str) -> None:
    client, trainer = signed_in(here, Role.TRAINER)
    whole, plain = (f"/gate/{here.token(trainer, 'r1', whole=way)}/s1/480p/480p.mp4" for way in (True, False))
    assert client.get(whole).content == MEDIA
    assert client.get(plain).status_code == 403  # as viewers see it
    assert "第8句" in client.get(f"/gate/{here.token(trainer, 'r1', whole=True)}/captions.zh.vtt").text
    viewer, doctor = signed_in(here, Role.VIEWER)
    assert viewer.get(f"/gate/{here.token(doctor, 'r1', whole=True)}/s1/480p/480p.mp4").status_code == 403
    assert viewer.get(whole).status_code == 403
    granted = tokens.read("key", here.token(doctor, "r1"), max_age=60)
    assert granted == tokens.Pass(doctor.id, "r1")


def test_a_store_that_browsers_reach_is_not_asked_by_them(here: House, client: TestClient, base: str) -> None:
    """A presigned address opens a whole file."""
    outside = House(
        here.settings.model_copy(update={"s3_public_endpoint": "https://store.example"}),
        *(here.catalogue, here.jobs, here.store, here.index, here.signing_key, here.members),
    )
    house._open.append(outside)
    try:
        assert client.get(f"{base}/s1/480p/480p.mp4").status_code == 403
        answer = client.get(f"{base}/s1/480p/480p.mp4", headers={"Range": f"bytes=0-{HEAD - 1}"})
        sheet = client.get(f"{base}/s1/stills/b.jpg")
    finally:
        house._open.remove(outside)
    assert (answer.status_code, answer.content) == (206, MEDIA[:HEAD])
    assert sheet.status_code == 200


def test_what_others_wrote_at_a_second_that_is_cut_is_theirs(here: House, doctor: tuple[TestClient, Member]) -> None:
    client, member = doctor
    ocfl = OcflRoot(here.store)
    texts = {"甲": (5.0, "someone"), "乙": (14.0, "someone"), "丙": (14.0, member.id)}
    asked = {
        text: here.marks.write(
            ocfl, Mark(recording_id="r1", kind=MarkKind.QUESTION, author_id=who, text=text, start=start)
        )
        for text, (start, who) in texts.items()
    }
    reply = Mark(recording_id="r1", kind=MarkKind.ANSWER, author_id="x", text="丁", start=14.0, reply_to=asked["乙"].id)
    here.marks.write(ocfl, reply)

    def read(client: TestClient) -> set[str]:
        return {mark["text"] for mark in client.get("/gate/mine/r1/marks").json()["marks"]}

    assert read(client) == {"甲", "丙"}
    assert read(signed_in(here, Role.TRAINER)[0]) == {"甲", "乙", "丙", "丁"}
