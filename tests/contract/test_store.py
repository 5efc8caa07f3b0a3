"""Every operation of ObjectStore against the real server."""

import hashlib
import io
import json
import os
import random
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from archive.errors import NotFound, StoreError, StoreUnavailable
from archive.keys import load_keys
from archive.objects import open_store
from archive.objects.store import ObjectStore, Part
from archive.settings import Settings

pytestmark = pytest.mark.store
MIB = 1024 * 1024
KEYS = [
    "plain",
    "a/b/c.json",
    "示教/第一讲 “输尿管”.mp4",
    "emoji 😀/it's.mp4",
    "per%20cent%3a",
    "a+b=c&d#e;f,@$!~()[]",
    "-f.mp4",
]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_put_comes_back(store: ObjectStore, key: str) -> None:
    key = f"names/{key}"
    store.put(key, b"hello", content_type="text/plain")
    assert store.get(key) == b"hello"
    info = store.head(key)
    assert (info.key, info.size, info.etag) == (key, 5, "5d41402abc4b2a76b9719d911017c592")
    assert abs(info.modified - datetime.now(UTC)) < timedelta(minutes=1)
    assert key in [found.key for found in store.list("names/")]
    with urllib.request.urlopen(store.presign_get(key, seconds=60)) as answer:  # noqa: S310 -- http, ours
        assert answer.read() == b"hello"
        assert answer.headers["Content-Type"] == "text/plain"
    store.delete(key)
    assert not store.exists(key)


def test_an_object_is_replaced_whole(store: ObjectStore) -> None:
    store.put("replaced", b"a much longer one")
    store.put("replaced", b"short")
    assert store.get("replaced") == b"short"


def test_an_empty_object(store: ObjectStore, tmp_path: Path) -> None:
    store.put("empty", b"")
    assert store.get("empty") == b""
    assert store.open("empty").read() == b""
    assert list(store.stream("empty", 0, 10)) == []
    store.download("empty", tmp_path / "empty")
    assert (tmp_path / "empty").read_bytes() == b""


def test_what_is_not_there(store: ObjectStore, tmp_path: Path) -> None:
    for ask in (store.get, store.head, store.open, lambda key: store.download(key, tmp_path / "none")):
        with pytest.raises(NotFound):
            ask("no/such/thing")
    assert store.find("no/such/thing") is None
    assert not store.exists("no/such/thing")
    assert list(store.list("no/such/")) == []
    assert list(tmp_path.iterdir()) == []
    store.delete("no/such/thing")


def test_list_gives_all_pages_in_order(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.put(f"many/{number:04}", b"x"), range(1100)))
    store.put("many-not", b"x")
    assert [found.key for found in store.list("many/")] == [f"many/{number:04}" for number in range(1100)]
    assert store.delete_prefix("many/") == 1100
    assert list(store.list("many/")) == []
    assert store.exists("many-not")
    with pytest.raises(ValueError, match="everything"):
        store.delete_prefix("")


def test_ranges(store: ObjectStore) -> None:
    data = os.urandom(3 * MIB + 17)
    store.put("ranges", data)
    for start, end in [
        (0, None),
        (0, 1),
        (5, 5),
        (9, 4),
        (100, 2 * MIB),
        (len(data) - 1, None),
        (len(data), None),
        (7, 10**9),
    ]:
        assert b"".join(store.stream("ranges", start, end)) == data[start:end]
    assert max(len(chunk) for chunk in store.stream("ranges")) <= MIB


def test_open_reads_like_a_file(store: ObjectStore) -> None:
    data = os.urandom(5 * MIB + 3)
    store.put("file", data)
    chance = random.Random(7)  # noqa: S311 -- no secret
    with store.open("file") as remote, io.BytesIO(data) as local:
        assert remote.seekable()
        assert remote.readable()
        for _ in range(60):
            whence = chance.choice([os.SEEK_SET, os.SEEK_END])
            offset = chance.randrange(len(data)) - (len(data) if whence == os.SEEK_END else 0)
            assert remote.seek(offset, whence) == local.seek(offset, whence)
            for _ in range(chance.randrange(4)):
                size = chance.choice([1, 100, 4096, 300_000, 2 * MIB])
                assert remote.read(size) == local.read(size)
                assert remote.tell() == local.tell()
        remote.seek(0)
        assert remote.read() == data
        remote.seek(10**9)
        assert remote.read(1) == b""


def test_reading_in_order_needs_few_requests(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("sequential", os.urandom(8 * MIB))
    asked: list[tuple[int, int | None]] = []
    whole = store.stream

    def counted(key: str, start: int = 0, end: int | None = None):  # type: ignore[no-untyped-def]
        asked.append((start, end))
        return whole(key, start, end)

    monkeypatch.setattr(store, "stream", counted)
    with store.open("sequential") as file:
        while file.read(10_000):
            pass
    assert len(asked) <= 6
    asked.clear()
    with store.open("sequential") as file:
        file.seek(7 * MIB)
        file.read(100)
    assert asked == [(7 * MIB, 7 * MIB + 256 * 1024)]


def test_download(store: ObjectStore, tmp_path: Path) -> None:
    data = os.urandom(2 * MIB + 1)
    store.put("down", data)
    seen: list[tuple[int, int]] = []
    store.download("down", tmp_path / "down", progress=lambda done, size: seen.append((done, size)))
    assert (tmp_path / "down").read_bytes() == data
    assert seen[-1] == (len(data), len(data))
    assert [path.name for path in tmp_path.iterdir()] == ["down"]


@pytest.mark.parametrize("size", [0, 3 * MIB, 70 * MIB])
def test_upload(store: ObjectStore, tmp_path: Path, size: int) -> None:
    path = tmp_path / "up"
    path.write_bytes(os.urandom(size))
    store.upload("up", path, content_type="video/mp4")
    assert hashlib.sha512(store.get("up")).digest() == hashlib.sha512(path.read_bytes()).digest()
    assert store.unfinished("up") == []
    store.delete("up")


def test_an_upload_in_parts(store: ObjectStore) -> None:
    first, last = os.urandom(5 * MIB), os.urandom(100)
    upload_id = store.start_upload("parts/object", "video/mp4")
    assert [(found.key, found.upload_id) for found in store.unfinished("parts/")] == [("parts/object", upload_id)]
    assert store.parts("parts/object", upload_id) == []
    parts = [
        Part(2, len(last), store.put_part("parts/object", upload_id, 2, last)),
        Part(1, len(first), store.put_part("parts/object", upload_id, 1, first)),
    ]
    assert store.parts("parts/object", upload_id) == [parts[1], parts[0]]
    assert parts[0].etag == hashlib.md5(last, usedforsecurity=False).hexdigest()
    assert not store.exists("parts/object")
    store.finish_upload("parts/object", upload_id, parts)
    assert store.get("parts/object") == first + last
    store.finish_upload("parts/object", upload_id, parts)  # as a retry does whose first answer was lost
    assert store.unfinished("parts/") == []


def test_an_aborted_upload_is_gone(store: ObjectStore) -> None:
    upload_id = store.start_upload("aborted/object")
    store.put_part("aborted/object", upload_id, 1, b"x")
    store.abort_upload("aborted/object", upload_id)
    store.abort_upload("aborted/object", upload_id)
    with pytest.raises(NotFound):
        store.parts("aborted/object", upload_id)
    with pytest.raises(NotFound):
        store.finish_upload("aborted/object", upload_id, [Part(1, 1, "0" * 32)])


def test_delete_prefix_ends_uploads_under_way(store: ObjectStore) -> None:
    store.start_upload("withdrawn/object")
    assert store.delete_prefix("withdrawn/") == 0
    assert store.unfinished("withdrawn/") == []


def test_a_browser_sends_a_part_by_its_link(store: ObjectStore) -> None:
    upload_id = store.start_upload("linked/object")
    url = store.presign_part("linked/object", upload_id, 1, seconds=60)
    sent = httpx.put(url, content=b"from a browser", headers={"Origin": "https://portal.example"})
    assert sent.status_code == 200
    store.finish_upload("linked/object", upload_id, store.parts("linked/object", upload_id))
    assert store.get("linked/object") == b"from a browser"


def test_a_link_serves_ranges_and_expires(store: ObjectStore) -> None:
    store.put("link", b"0123456789")
    url = store.presign_get("link", seconds=1)
    part = httpx.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert httpx.get(url.replace("link", "other")).status_code == 403
    time.sleep(2.1)
    assert httpx.get(url).status_code == 403


def test_links_carry_the_public_endpoint(settings: Settings, store: ObjectStore) -> None:
    public = settings.model_copy(update={"s3_public_endpoint": "https://media.hospital.example"})
    with open_store(public) as opened:
        assert opened.presign_get("a", seconds=5).startswith("https://media.hospital.example/shijiao/a?")


def test_nothing_is_given_without_a_key(store: ObjectStore, settings: Settings) -> None:
    store.put("private/object", b"x")
    port = int(store.endpoint.rpartition(":")[2])
    ports = json.loads((settings.home / "store" / "ports.json").read_text())
    for answer in (
        httpx.get(f"{store.endpoint}/{store.bucket}/private/object"),
        httpx.get(f"{store.endpoint}/{store.bucket}?list-type=2"),
        httpx.put(f"{store.endpoint}/{store.bucket}/private/other", content=b"x"),
        httpx.delete(f"{store.endpoint}/{store.bucket}/private/object"),
    ):
        assert answer.status_code == 403
    inner = {name: number for name, number in ports.items() if number != port}
    for name in ("filer", "master"):
        base = f"http://127.0.0.1:{inner[name]}"
        for answer in (
            httpx.get(f"{base}/buckets/{store.bucket}/private/object"),
            httpx.put(f"{base}/buckets/{store.bucket}/private/other", content=b"x"),
            httpx.post(f"{base}/col/delete?collection={store.bucket}"),
        ):
            assert answer.status_code in (401, 403, 404, 405)
    assert [found.key for found in store.list("private/")] == ["private/object"]
    assert store.get("private/object") == b"x"


def test_wrong_keys_are_refused_with_a_sentence(store: ObjectStore) -> None:
    stranger = ObjectStore(
        endpoint=store.endpoint, bucket=store.bucket, access_key="stranger", secret_key="wrong", region="us-east-1"
    )
    with pytest.raises(StoreError, match="refused to read") as caught:
        stranger.get("link")
    assert not isinstance(caught.value, StoreUnavailable)
    assert "access key" in caught.value.advice


def test_an_absent_store_is_said_within_seconds(tmp_path: Path) -> None:
    began = time.monotonic()
    absent = Settings(_env_file=None, home=tmp_path, s3_endpoint="http://127.0.0.1:9", s3_access_key="a")
    with pytest.raises(StoreUnavailable, match=r"http://127\.0\.0\.1:9 does not answer"), open_store(absent):
        pass
    assert time.monotonic() - began < 30


def test_an_endpoint_of_ones_own(store: ObjectStore, settings: Settings, tmp_path: Path) -> None:
    keys = load_keys(settings)
    own = Settings(
        _env_file=None,
        home=tmp_path,
        s3_endpoint=store.endpoint,
        s3_bucket="another-bucket",
        s3_access_key=keys.store_access,
        s3_secret_key=keys.store_secret,
        s3_checksums="when_required",
    )
    for _ in range(2):  # the second time the bucket is there
        with open_store(own) as opened:
            opened.put("a", b"mine")
            assert opened.get("a") == b"mine"
    assert not store.exists("a")
    assert not (tmp_path / "store").exists()


def test_threads_share_a_store(store: ObjectStore) -> None:
    def round_trip(number: int) -> bool:
        data = os.urandom(200_000)
        store.put(f"threads/{number}", data)
        return store.get(f"threads/{number}") == data

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(round_trip, range(60)))
    assert threading.active_count() < 40


def test_opening_again_is_quick(settings: Settings, store: ObjectStore) -> None:
    began = time.monotonic()
    with open_store(settings) as first, open_store(settings) as second:
        assert second.endpoint == first.endpoint == store.endpoint
    assert time.monotonic() - began < 5  # no second server was started
