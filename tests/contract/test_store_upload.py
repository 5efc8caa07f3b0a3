"""Sending sources: one read, hashed, resumable, flat in memory; against the real server and with real kills."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import Cancelled, InputError
from archive.objects import upload
from archive.objects.store import ObjectStore
from archive.settings import Settings

pytestmark = pytest.mark.store
MIB = 1024 * 1024
PART = 5 * MIB

SENDER = """
import resource, sys
from pathlib import Path
from archive.objects import open_store
from archive.objects.upload import send
from archive.settings import Settings

home, path, key, part_size = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def say(*words):
    print(*words, flush=True)

with open_store(Settings(_env_file=None, home=home, s3_endpoint="")) as store:
    store.exists(key)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, progress = lambda upload_id: say("started", upload_id), lambda done, size: say("sent", done)
    sent = send(store, key, path, part_size=part_size, started=started, progress=progress)
    say("done", sent.size, sent.sha512, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def sender(settings: Settings, path: Path, key: str, part_size: int = PART) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SENDER, str(settings.home), str(path), key, str(part_size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def made(path: Path, size: int) -> str:
    data = os.urandom(size)
    path.write_bytes(data)
    return hashlib.sha512(data).hexdigest()


def counted(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    numbers: list[int] = []
    real = store.put_part

    def put_part(key: str, upload_id: str, number: int, data: bytes) -> str:
        numbers.append(number)
        return real(key, upload_id, number, data)

    monkeypatch.setattr(store, "put_part", put_part)
    return numbers


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 4 * PART + 7])
def test_a_file_arrives(store: ObjectStore, tmp_path: Path, size: int) -> None:
    digest = made(tmp_path / "f", size)
    seen: list[tuple[int, int]] = []
    ids: list[str] = []
    sent = upload.send(
        store, "sent/f", tmp_path / "f", part_size=PART, started=ids.append, progress=lambda *at: seen.append(at)
    )
    assert (sent.size, sent.sha512) == (size, digest)
    assert hashlib.sha512(store.get("sent/f")).hexdigest() == digest
    assert len(ids) == 1
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)
    assert store.unfinished("sent/") == []


def test_an_empty_file_arrives(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    sent = upload.send(store, "sent/empty", tmp_path / "f", part_size=PART)
    assert (sent.size, sent.sha512) == (0, hashlib.sha512(b"").hexdigest())
    assert store.get("sent/empty") == b""


def test_a_killed_sender_is_taken_up(
    store: ObjectStore, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = made(tmp_path / "f", 20 * PART + 99)
    process = sender(settings, tmp_path / "f", "sent/killed")
    assert process.stdout
    upload_id = process.stdout.readline().split()[1]
    for _ in range(4):
        assert process.stdout.readline().startswith("sent")
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.5)
    stored = {part.number for part in store.parts("sent/killed", upload_id)}
    assert len(stored) >= 4
    numbers = counted(store, monkeypatch)
    sent = upload.send(
        store,
        "sent/killed",
        tmp_path / "f",
        part_size=PART,
        upload_id=upload_id,
        started=lambda _: pytest.fail("it began a second upload"),
    )
    assert sent.sha512 == digest
    assert set(numbers) == set(range(1, 22)) - stored
    assert hashlib.sha512(store.get("sent/killed")).hexdigest() == digest


def test_parts_that_differ_are_sent_again(store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = made(tmp_path / "f", 3 * PART)
    data = (tmp_path / "f").read_bytes()
    upload_id = store.start_upload("sent/differs")
    store.put_part("sent/differs", upload_id, 1, data[:PART])
    store.put_part("sent/differs", upload_id, 2, os.urandom(PART))
    store.put_part("sent/differs", upload_id, 7, b"of another part size")
    numbers = counted(store, monkeypatch)
    sent = upload.send(store, "sent/differs", tmp_path / "f", part_size=PART, upload_id=upload_id)
    assert sent.sha512 == digest
    assert sorted(numbers) == [2, 3]
    assert store.get("sent/differs") == data


def test_an_upload_the_store_forgot_begins_again(store: ObjectStore, tmp_path: Path) -> None:
    digest = made(tmp_path / "f", PART + 1)
    gone = store.start_upload("sent/forgotten")
    store.abort_upload("sent/forgotten", gone)
    for upload_id in (gone, "never-was-one"):
        ids: list[str] = []
        sent = upload.send(
            store, "sent/forgotten", tmp_path / "f", part_size=PART, upload_id=upload_id, started=ids.append
        )
        assert sent.sha512 == digest
        assert len(ids) == 1
        assert ids[0] != upload_id


def test_a_file_that_changes_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "f"
    made(path, 3 * PART)

    def grow(_done: int, _size: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(InputError, match="changed while it was being read"):
        upload.send(store, "sent/changed", path, part_size=PART, progress=grow)
    assert not store.exists("sent/changed")
    assert store.unfinished("sent/changed") == []


def test_what_cannot_be_read_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="cannot be read"):
            upload.send(store, "sent/none", path, part_size=PART)
    assert store.unfinished("sent/none") == []


def test_a_cancelled_upload_stays_to_be_taken_up(store: ObjectStore, tmp_path: Path) -> None:
    made(tmp_path / "f", 6 * PART)
    ids: list[str] = []

    def cancel(_done: int, _size: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        upload.send(store, "sent/cancelled", tmp_path / "f", part_size=PART, started=ids.append, progress=cancel)
    assert store.parts("sent/cancelled", ids[0])
    store.abort_upload("sent/cancelled", ids[0])


def test_parts_grow_where_there_would_be_too_many(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MOST_PARTS", 2)
    digest = made(tmp_path / "f", 5 * PART + 1)
    numbers = counted(store, monkeypatch)
    assert upload.send(store, "sent/grown", tmp_path / "f", part_size=PART).sha512 == digest
    assert sorted(numbers) == [1, 2]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(store: ObjectStore, settings: Settings, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1024 * MIB)
    process = sender(settings, tmp_path / "large", "sent/large", 8 * MIB)
    said, _ = process.communicate(timeout=240)
    word, size, _, growth = said.splitlines()[-1].split()
    assert (word, int(size)) == ("done", 1024 * MIB)
    assert int(growth) < 100  # MiB; four parts of 8 and what boto3 keeps
    store.delete("sent/large")
