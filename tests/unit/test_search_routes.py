"""What search asks the gateway for: suggestions, the player in place, pictures of a second, what was missed."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import misses
from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.people import COOKIE, Members
from archive.search import Answer, SearchIndex
from archive.settings import Settings
from archive.tables import Recording, Rendition, Role, Source, State, Stills
from archive.transcripts import Segment, Transcript
from dashboard import gateway, house, pictures, visit
from dashboard.house import House

PREFIX = "derived/r1/stills/"
TILE = (16, 8)
COLOURS = ("red", "lime", "blue", "yellow")


class Shelf:
    """A store with a storyboard: two sheets of two tiles, each tile of one colour."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        cues = "WEBVTT\n"
        for number in range(4):
            sheet, place = divmod(number, 2)
            cues += f"\n00:0{number}.000 --> 00:0{number + 1}.000\ns{sheet}.jpg#xywh={place * TILE[0]},0,16,8\n"
        self.objects[PREFIX + "b.vtt"] = cues.encode()
        for sheet in range(2):
            drawn = Image.new("RGB", (2 * TILE[0], TILE[1]))
            for place in range(2):
                drawn.paste(COLOURS[2 * sheet + place], (place * TILE[0], 0, (place + 1) * TILE[0], TILE[1]))
            out = io.BytesIO()
            drawn.save(out, "JPEG", quality=95, subsampling=0)
            self.objects[f"{PREFIX}s{sheet}.jpg"] = out.getvalue()

    def get(self, key: str) -> bytes:
        return self.objects[key]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    for name, state in [("r1", State.PUBLISHED), ("r2", State.WITHDRAWN), ("r3", State.PUBLISHED)]:
        catalogue.add(
            Recording(id=name, title=f"胎心监护 {name}", state=state),
            [Source(id=f"s-{name}", recording_id=name, name="a")],
        )
        catalogue.put_transcript(name, Transcript("zh", (Segment(1.0, 2.5, "先看胎心基线"),)), path="t.json")
    row = Rendition(recording_id="r1", source_id="s-r1", name="480p", media="video", codecs="avc1.64001f", duration=4.0,
        bandwidth=1, width=854, height=480, prefix="d/", playlist="p.m3u8", file="p.mp4", size=9)  # fmt: skip
    catalogue.put_renditions("r1", [row])
    facts: dict[str, Any] = {"storyboard": {"vtt": "b.vtt", "sheets": ["s0.jpg", "s1.jpg"], "seconds": 1}}
    catalogue.put_stills(Stills(source_id="s-r1", recording_id="r1", prefix=PREFIX, facts=facts))
    index = SearchIndex(tmp_path / "search")
    index.follow(catalogue)
    members = Members(engine, "key")
    here = House(settings, catalogue, Jobs(engine), cast(Any, Shelf()), index, "key", members)
    house._open.append(here)
    yield here
    house._open.remove(here)
    engine.dispose()


def signed_in(opened: House, role: Role) -> TestClient:
    made = TestClient(Starlette(routes=gateway.routes()), follow_redirects=False)
    member = opened.members.add(f"{role.value} 某", institution="县妇幼", role=role)
    made.cookies.set(COOKIE, opened.members.redeem(opened.members.invite(member.id)))
    return made


@pytest.fixture
def client(opened: House) -> TestClient:
    return signed_in(opened, Role.VIEWER)


def test_what_is_being_typed_is_suggested_by_pinyin_too(client: TestClient) -> None:
    answer = client.get("/gate/suggest.json", params={"q": "taixin"})
    assert {"text": "胎心", "kind": "term"} in answer.json()
    assert answer.headers["cache-control"] == "private, no-store"
    assert client.get("/gate/suggest.json").json() == []
    assert client.get("/gate/suggest.json", params={"q": "\x00" * 5000}).json() == []


def test_what_may_not_be_found_is_not_suggested(client: TestClient, opened: House) -> None:
    titles = {each["text"] for each in client.get("/gate/suggest.json", params={"q": "胎心监护"}).json()}
    assert "胎心监护 r1" in titles
    assert "胎心监护 r2" not in titles
    opened.catalogue.change("r1", state=State.WITHDRAWN)  # before the index has followed
    titles = {each["text"] for each in client.get("/gate/suggest.json", params={"q": "胎心监护"}).json()}
    assert "胎心监护 r1" not in titles


def test_the_player_is_handed_what_opens_its_media(client: TestClient) -> None:
    told = client.get("/gate/play/r1.json?lang=en").json()
    assert client.get(f"/{told['base']}s-r1/master.m3u8").status_code == 200
    assert [angle["id"] for angle in told["angles"]] == ["s-r1"]
    assert (told["editable"], told["changes"]) == (False, "")
    for name in ("script", "library", "style"):
        assert client.get(f"/{told[name]}").status_code == 200
    assert client.get(f"/{told['captions'][0]['address']}").text.startswith("WEBVTT")


@pytest.mark.parametrize(("recording", "status"), [("r2", 403), ("r3", 404), ("none", 404)])
def test_what_may_not_or_cannot_be_played_is_told_in_words(client: TestClient, recording: str, status: int) -> None:
    answer = client.get(f"/gate/play/{recording}.json?lang=zh")
    assert answer.status_code == status
    assert "录像" in answer.json()["told"]
    assert "base" not in answer.json()


@pytest.mark.parametrize("path", ["suggest.json?q=胎", "play/r1.json", "misses.csv"])
def test_without_a_session_there_is_nothing(client: TestClient, path: str) -> None:
    client.cookies.clear()
    assert client.get(f"/gate/{path}").status_code == 401


def test_what_was_missed_is_a_table_for_trainers(opened: House, client: TestClient) -> None:
    for query in ("量子", "量子", "=1+1"):
        misses.note(opened.catalogue.engine, query, Answer())
    assert client.get("/gate/misses.csv").status_code == 403
    answer = signed_in(opened, Role.TRAINER).get("/gate/misses.csv?lang=en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Looked for", "Times", "Last time"]
    assert rows[1][:2] == ["量子", "2"]
    assert all(not row[0].startswith("=") for row in rows)


@pytest.mark.parametrize(("number", "colour"), [*enumerate(COLOURS), (99, "yellow")])
def test_a_tile_of_the_storyboard_is_cut_out(client: TestClient, number: int, colour: str) -> None:
    base = client.get("/gate/play/r1.json").json()["base"]
    answer = client.get(f"/{base}s-r1/tiles/{number}.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert picture.size == TILE
    wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    seen = picture.getpixel((8, 4))
    assert all(abs(a - b) < 24 for a, b in zip(cast(Any, seen), cast(Any, wanted), strict=True))
    again = client.get(f"/{base}s-r1/tiles/{number}.jpg", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_recording_without_a_storyboard_has_no_tile(client: TestClient, opened: House) -> None:
    opened.catalogue.put_stills(Stills(source_id="s-r1", recording_id="r1", prefix=PREFIX, facts={}))
    base = client.get("/gate/play/r1.json").json()["base"]
    assert client.get(f"/{base}s-r1/tiles/0.jpg").status_code == 404


def test_the_picture_of_a_second() -> None:
    def at(second: float, *scenes: tuple[float, str], board: float | None = 5) -> str:
        shown = [{"time": time, "file": f"{kind}{time:g}.jpg", "kind": kind} for time, kind in scenes]
        facts = {"storyboard": board and {"vtt": "b.vtt", "seconds": board}, "scenes": shown}
        return pictures.at(Stills(source_id="s", recording_id="r", prefix="p/", facts=facts), second)

    assert at(70.0, (10.0, "slide"), (90.0, "slide")) == "stills/slide10.jpg"  # it stands until the next one
    assert at(70.0, (10.0, "scene")) == "tiles/14.jpg"  # too long ago in a picture that moves
    assert at(13.0, (10.0, "scene")) == "stills/scene10.jpg"
    assert at(3.0, (10.0, "slide")) == "tiles/0.jpg"  # not what comes later
    assert at(70.0, (10.0, "scene"), board=None) == "stills/scene10.jpg"
    assert at(70.0, board=None) == ""


def test_an_address_may_name_any_number() -> None:
    assert [visit.number(asked, least=20, most=200) for asked in ("50", "9" * 5000, "-1", "", "²", "999")] == [
        50, 20, 20, 20, 20, 200,
    ]  # fmt: skip
