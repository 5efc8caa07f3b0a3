"""Taking an hour along: what the portal's memory does meanwhile, against a minute; bytes announced against bytes sent.

    python tests/bench/pack.py

The media are noise of the size that 240p and its sound have: nothing of them is played, all of them are sent.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from archive.catalogue import Catalogue
from archive.database import connect
from archive.keys import load_keys
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Recording, Rendition, Source, State

RATES = {"video": 31_000, "audio": 6_000}  # bytes a second
SEGMENT = 4  # seconds


def recorded(catalogue: Catalogue, store: ObjectStore, scratch: Path, seconds: int) -> str:
    """Enter a recording of so many seconds, and put noise into the store in its media's place."""
    made = Recording(title=f"{seconds} s", state=State.PUBLISHED, duration=seconds, take_away=True)
    source = Source(recording_id=made.id, name="a.mp4", media={"duration": seconds})
    catalogue.add(made, [source])
    rows = []
    for media, rate in RATES.items():
        lines, at = ["#EXTM3U", '#EXT-X-MAP:URI="m.mp4",BYTERANGE="1000@0"'], 1000
        for _ in range(seconds // SEGMENT):
            lines += [f"#EXTINF:{SEGMENT},", f"#EXT-X-BYTERANGE:{rate * SEGMENT}@{at}", "m.mp4"]
            at += rate * SEGMENT
        with (scratch / "m.mp4").open("wb") as file:
            for begin in range(0, at, 1 << 20):
                file.write(os.urandom(min(1 << 20, at - begin)))
        prefix = f"derived/{made.id}/{media}/"
        store.upload(f"{prefix}m.mp4", scratch / "m.mp4")
        store.put(f"{prefix}m.m3u8", "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode())
        facts = {"codecs": "avc1.42c01e" if media == "video" else "mp4a.40.2", "bandwidth": rate * 8, "size": at}
        where = {"name": media, "media": media, "prefix": prefix, "playlist": "m.m3u8", "file": "m.mp4"}
        row = Rendition(recording_id=made.id, source_id=source.id, duration=seconds, height=240, **where, **facts)
        rows.append(row)
    catalogue.put_renditions(made.id, rows)
    return made.id


def resident(pid: int) -> float:
    """Memory of a process in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        settings = Settings(home=scratch / "home", _env_file=None)
        engine = connect(settings)
        members = Members(engine, load_keys(settings).signing)
        cookie = members.redeem(members.invite(members.add("bench").id))
        with open_store(settings) as store:
            ids = [recorded(Catalogue(engine), store, scratch, seconds) for seconds in (60, 3600, 3600)]
            environment = os.environ | {"SHIJIAO_HOME": str(settings.home)}
            command = [sys.executable, "-m", "archive.cli", "portal", "--port", "8679"]
            portal = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                with httpx.Client(base_url="http://127.0.0.1:8679", cookies={COOKIE: cookie}, timeout=60) as client:
                    wait(client)
                    for recording_id in ids:
                        print(json.dumps(taken(client, recording_id, portal.pid)), flush=True)
            finally:
                portal.terminate()
                portal.wait(20)
        engine.dispose()


def wait(client: httpx.Client) -> None:
    """Until the portal answers."""
    for _ in range(120):
        try:
            if client.get("/_stcore/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise SystemExit("the portal did not start")


def taken(client: httpx.Client, recording_id: str, pid: int) -> dict[str, float]:
    """Take one along and tell what it took."""
    offer = client.get(f"/gate/take/{recording_id}/forms.json").json()["forms"][0]
    before, most, sent, begun = resident(pid), 0.0, 0, time.monotonic()
    with client.stream("GET", "/" + offer["href"]) as answer:
        for chunk in answer.iter_raw():
            sent += len(chunk)
            most = max(most, resident(pid))
    figures = {"announced": offer["size"], "sent": sent, "before_MiB": round(before), "peak_MiB": round(most)}
    return figures | {"seconds": round(time.monotonic() - begun, 1)}


if __name__ == "__main__":
    main()
