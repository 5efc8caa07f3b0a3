"""Cuts on the real store: kept as versions of the recording, closed before anybody can watch it again, restored."""

import hashlib
from typing import Any

import pytest

from archive import deposit
from archive.catalogue import Catalogue
from archive.cuts import Cut, Cuts
from archive.cuts.effect import effect
from archive.database import connect
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Recording, Rendition, Source, State

pytestmark = pytest.mark.store


def test_cuts_outlive_the_database(settings: Settings, store: ObjectStore, at_home: Any) -> None:
    catalogue, ocfl, body = Catalogue(connect(settings)), OcflRoot(store), b"no film"
    ocfl.ensure()
    recording = Recording(title="子宫切除：剪辑", state=State.IN_REVIEW, duration=60.0)
    source = Source(recording_id=recording.id, name="a.mp4", size=len(body), sha512=hashlib.sha512(body).hexdigest())
    source.key = deposit.source_key(ocfl, source)
    store.put(source.key, body)
    catalogue.add(recording, [source])
    deposit.receive(ocfl, recording, [source])
    cuts = Cuts(catalogue.engine)
    made = [Cut(recording_id=recording.id, start=10, end=20, reason="面部", author_id="m", author_name="张主任")]
    cuts.put(ocfl, recording.id, made, instead_of=[])
    [before] = cuts.of(recording.id)
    cuts.put(ocfl, recording.id, [], instead_of=[before.id])  # taken back, and made again: each is a version
    cuts.put(ocfl, recording.id, [before], instead_of=[])
    assert ocfl.inventory(deposit.object_id(recording.id)).head == 4

    cuts.restore(recording.id, [])  # as a database that was lost
    catalogue.remove(recording.id)
    shijiao = at_home(settings.home)
    assert shijiao.run("rebuild").returncode == 0
    assert cuts.of(recording.id) == [before]
    assert store.get(source.key) == body  # what came is untouched
    assert shijiao.run("verify", recording.id).returncode == 0


def test_the_effect_is_read_from_the_real_store(store: ObjectStore) -> None:
    lines = ["#EXTM3U", '#EXT-X-MAP:URI="a.mp4",BYTERANGE="40@0"']
    for number in range(6):
        lines += ["#EXTINF:4.0,", f"#EXT-X-BYTERANGE:10@{40 + 10 * number}", "a.mp4"]
    store.put("derived/cut/a.m3u8", "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode())
    store.put("derived/cut/a.mp4", bytes(100))
    facts: dict[str, Any] = {"media": "video", "codecs": "", "bandwidth": 1, "duration": 24.0, "size": 100}
    where: dict[str, Any] = {"prefix": "derived/cut/", "playlist": "a.m3u8", "file": "a.mp4"}
    row = Rendition(recording_id="r", source_id="s", name="a", **facts, **where)
    found = effect(store, [row], {"s": 0.0}, ((9.0, 10.0),))
    assert (found.ranges, found.closed[row.id].segments) == (((8.0, 12.0),), {2})
    assert found.closed[row.id].open == ((0, 60), (70, 100))
