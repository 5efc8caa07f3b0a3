"""The gateway on the real store: what a token opens, and byte ranges."""

import hashlib
from typing import Any

import httpx
import pytest

from archive import tokens
from archive.keys import load_keys
from archive.people import COOKIE
from archive.settings import Settings

SIGNED_IN: dict[str, str] = {}


@pytest.fixture(scope="module")
def key(portal: Any) -> str:
    return load_keys(Settings(home=portal.home, _env_file=None)).signing


@pytest.fixture(scope="module")
def member(portal: Any) -> str:
    """The id of the member who is signed in."""
    SIGNED_IN[COOKIE] = portal.cookie()
    return next(str(one["id"]) for one in portal.shijiao.json("members", "list") if one["role"] == "trainer")


@pytest.fixture(scope="module")
def base(portal: Any, key: str, member: str) -> str:
    recording = portal.recording()["id"]
    angle = portal.shijiao.json("show", recording)["sources"][0]["id"]
    return f"{portal.address}/gate/{tokens.sign(key, tokens.Pass(member, recording))}/{angle}"


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = httpx.request(method, url, headers={"Accept-Encoding": "identity"} | named, cookies=SIGNED_IN, timeout=20)
    return answer.status_code, answer.content, answer.headers


@pytest.fixture(scope="module")
def media(base: str) -> str:
    """The address of the first picture's file, found as a player finds it."""
    master = fetch(f"{base}/master.m3u8")[1].decode().splitlines()
    playlist = next(line for line in master if line and not line.startswith("#"))
    lines = fetch(f"{base}/{playlist}")[1].decode().splitlines()
    assert lines[-1] == "#EXT-X-ENDLIST"
    file = next(line for line in lines if line and not line.startswith("#"))
    assert all(line in ("", file) or line.startswith("#") for line in lines)  # one file
    return f"{base}/{playlist.rsplit('/', 1)[0]}/{file}"


def test_the_master_names_every_rendition_with_the_weakest_first(base: str) -> None:
    status, body, headers = fetch(f"{base}/master.m3u8")
    lines = body.decode().splitlines()
    variants = [line for line in lines if line.startswith("#EXT-X-STREAM-INF")]
    rates = [int(line.split("BANDWIDTH=")[1].split(",")[0]) for line in variants]
    assert status == 200
    assert len(rates) >= 2
    assert rates == sorted(rates)
    assert all("CODECS=" in line and "RESOLUTION=" in line and 'AUDIO="' in line for line in variants)
    sounds = [line for line in lines if line.startswith("#EXT-X-MEDIA:TYPE=AUDIO")]
    assert len(sounds) == len({line.split("GROUP-ID=")[1].split(",")[0] for line in sounds})  # once in each group
    assert headers["Cache-Control"] == "private, max-age=3"


def test_ranges_of_the_real_store(media: str) -> None:
    status, whole, headers = fetch(media)
    assert (status, int(headers["Content-Length"])) == (200, len(whole))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    assert whole[4:8] == b"ftyp"
    for asked, wanted in [("0-99", whole[:100]), ("5000-", whole[5000:]), ("-77", whole[-77:])]:
        status, part, headers = fetch(media, Range=f"bytes={asked}")
        assert (status, part) == (206, wanted)
        assert headers["Content-Range"].endswith(f"/{len(whole)}")
    status, body, headers = fetch(media, Range=f"bytes={len(whole)}-")
    assert (status, body, headers["Content-Range"]) == (416, b"", f"bytes */{len(whole)}")
    status, body, headers = fetch(media, "HEAD")
    assert (status, body, int(headers["Content-Length"])) == (200, b"", len(whole))
    assert headers["Accept-Ranges"] == "bytes"
    assert fetch(media, Range="bytes=0-9", If_Range='"older"')[0] == 200


def test_forged_old_and_foreign_tokens_are_refused(
    portal: Any, key: str, base: str, media: str, member: str, monkeypatch: Any
) -> None:
    recording = portal.recording()["id"]
    forged = tokens.sign("not the key", tokens.Pass(member, recording))
    foreign = tokens.sign(key, tokens.Pass("somebody", recording))
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1_700_000_000)
    old = tokens.sign(key, tokens.Pass(member, recording))
    monkeypatch.undo()
    angle = base.rsplit("/", 1)[1]
    tail = media.removeprefix(base)
    for token in (forged, foreign, old, "x"):
        for path in (f"/{angle}/master.m3u8", "/captions.zh.vtt", f"/{angle}{tail}"):
            status, body, _ = fetch(f"{portal.address}/gate/{token}{path}")
            assert status == 403
            assert body.decode().endswith(".")
            assert len(body) < 200


def test_nothing_but_media_can_be_reached(base: str, media: str) -> None:
    folder = media.rsplit("/", 1)[0]
    for path in (f"{folder}/step.json", f"{folder}/..%2F..%2Fready.json", f"{base}/ocfl/inventory.json", f"{base}/x"):
        assert fetch(path)[0] in (400, 404)


def test_two_readers_at_once_get_the_same_bytes(media: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(lambda _: hashlib.sha256(fetch(media)[1]).hexdigest(), range(8)))
    assert len(digests) == 1


def test_no_token_is_written_to_the_log(portal: Any, base: str) -> None:
    fetch(f"{base}/master.m3u8")
    written = portal.log.read_text()
    assert "/gate/" not in written
    assert "Traceback" not in written
