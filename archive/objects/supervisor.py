"""Keeps the embedded store running for as long as anybody uses it.

`python -m archive.objects.supervisor HOME WEED BUCKET`, started by `archive.objects.embedded`,
whose locks say who is there. Linux only: the server is told to die with us.
"""

import contextlib
import ctypes
import fcntl
import itertools
import json
import logging
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO

from archive.errors import DiskFull, ShijiaoError
from archive.objects.embedded import Places, Server, open_lock, try_lock
from archive.objects.store import ObjectStore

log = logging.getLogger("store")

_NAMES = ("s3", "master", "filer", "volume", "admin")
_UNWANTED = ("admin_script", "ec_balance", "erasure_coding", "iceberg_maintenance", "s3_lifecycle", "volume_balance")
_SIGNING = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
_GRPC = 10_000  # weed also listens on each port plus this
_READY_SECONDS = 40.0
_STOP_SECONDS = 10.0
_TICK = 0.5
_FAILED_STARTS = 3
_PR_SET_PDEATHSIG = 1
_PROBE = ".shijiao-probe"
_PROVE_AGAIN = 10.0  # seconds between two tries of a write to a server that only reads, for want of room

Ports = dict[str, int]


class Stop(Exception):
    """Nobody uses the store any more, or we were told to end."""


class Supervisor:
    """One server and the locks around it."""

    def __init__(self, places: Places, weed: Path, bucket: str) -> None:
        self._places = places
        self._weed = weed
        self._bucket = bucket
        self._users = open_lock(places.users)
        self._told = False
        self._only_reads = False

    def run(self) -> int:
        """Run the server until nobody uses it. Returns the exit code: 0 also when another supervisor is there."""
        with open_lock(self._places.supervisor) as lock, self._users:
            if not _take(lock):
                return 0
            self._places.server.unlink(missing_ok=True)
            signal.signal(signal.SIGTERM, self._stop)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            try:
                return self._keep_running()
            except Stop:
                return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True

    def _keep_running(self) -> int:
        failed = 0
        while failed < _FAILED_STARTS:
            ports = _ports(self._places.ports)
            process = _start(self._weed, self._places.data, ports)
            try:
                if self._ready(process, ports):
                    failed = 0
                    endpoint = f"http://127.0.0.1:{ports['s3']}"
                    Server(endpoint, os.getpid(), process.pid).announce(self._places.server)
                    self._watch(process, ports)
                    log.error("weed ended by itself (%s); starting it again", process.returncode)
                else:
                    failed += 1
                    log.error("weed did not get ready (start %s of %s)", failed, _FAILED_STARTS)
            finally:
                self._places.server.unlink(missing_ok=True)
                _end(process)
                _remove_sockets(ports)
        return 1

    def _ready(self, process: subprocess.Popen[bytes], ports: Ports) -> bool:
        """Wait until a real write can be read back: after a kill -9 the ports answer long before writes do.

        Where there is no room for a write, reading will do: what was taken in is found and watched all the same.
        """
        store = self._store(ports)
        deadline = time.monotonic() + _READY_SECONDS
        trouble = "none"
        while time.monotonic() < deadline:
            self._tick(process, 0.1)
            if process.poll() is not None:
                return False
            try:
                if self._proved(store, ports):
                    self._only_reads = False
                    return True
            except DiskFull as error:
                trouble = str(error)
                if _reads(store):
                    log.warning("%s Until then the store only reads.", error)
                    self._only_reads = True
                    return True
            except ShijiaoError as error:
                trouble = str(error)
        log.error("the last try of a write: %s", trouble)
        return False

    def _store(self, ports: Ports) -> ObjectStore:
        return ObjectStore(
            endpoint=f"http://127.0.0.1:{ports['s3']}",
            bucket=self._bucket,
            access_key=os.environ["AWS_ACCESS_KEY_ID"],
            secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            region="us-east-1",
            attempts=1,
            timeout=2,
            folder=self._places.home,
        )

    def _proved(self, store: ObjectStore, ports: Ports) -> bool:
        """Whether what is written can be read back, and is flushed."""
        said = os.urandom(16)
        store.ensure_bucket()
        store.put(_PROBE, said)
        if store.get(_PROBE) != said or not _configured(self._weed, ports):
            return False
        store.delete(_PROBE)
        return True

    def _watch(self, process: subprocess.Popen[bytes], ports: Ports) -> None:
        quiet = False
        tried = time.monotonic()
        while process.poll() is None:
            self._tick(process, _TICK)
            quiet = quiet or _quietened(self._places.data)
            if self._only_reads and time.monotonic() - tried > _PROVE_AGAIN:
                tried = time.monotonic()
                with contextlib.suppress(ShijiaoError):
                    self._only_reads = not self._proved(self._store(ports), ports)

    def _tick(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Let time pass.

        Raises:
            Stop: we were told to, or nobody uses the store; then the users' lock is ours, so newcomers wait.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        if self._told or try_lock(self._users, fcntl.LOCK_EX):
            raise Stop


def _reads(store: ObjectStore) -> bool:
    """Whether the store gives something of what it has; of a damaged object it gives nothing, so several are tried."""
    for found in itertools.islice(store.list(""), 20):
        with contextlib.suppress(ShijiaoError):
            return next(store.stream(found.key), b"") != b"" or found.size == 0
    return False


def _take(lock: IO[bytes]) -> bool:
    """Take the supervisor's lock. A client that looks whether it is taken holds it for a moment: try for a while."""
    for _ in range(20):
        if try_lock(lock, fcntl.LOCK_EX):
            return True
        time.sleep(0.05)
    return False


def _start(weed: Path, data: Path, ports: Ports) -> subprocess.Popen[bytes]:
    """Start the server: loopback only, no telemetry, nothing but S3.

    Its inner ports ask for no key by themselves, and any web page that is open on this machine could send to them. So
    the master's and the filer's HTTP is off, and the volume server wants tokens that only its siblings can sign. What
    stays open, to programs of this machine only, is their gRPC.
    """
    command = [str(weed), "-logtostderr=true", "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-disableHttp=true"]
    command += ["-volume.preStopSeconds=0", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{name}.port={port}" for name, port in ports.items()]
    command += ["-master.electionTimeout=1s"]  # of itself alone: with the usual 10 s a restart may take 20
    # The S3 keys too come from the environment (AWS_…): a command line can be read by every user of the machine.
    tokens = {f"WEED_JWT_{name}_KEY": secrets.token_hex(32) for name in _SIGNING}
    beginning = _die_with(os.getpid())
    return subprocess.Popen(
        command,
        cwd=data,
        env=os.environ | tokens,
        stdin=subprocess.DEVNULL,
        preexec_fn=beginning,  # noqa: PLW1509 -- unsafe beside threads, and we have none
    )


def _die_with(parent: int) -> Callable[[], None]:
    """Return what makes a child die with us, even where we are killed. SIGKILL: its writes are on the disk already."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _configured(weed: Path, ports: Ports) -> bool:
    """Make the server flush what it acknowledges; by itself it hardly does. Quick, and harmless to repeat."""
    shell = [str(weed), "-logtostderr=true", "shell"]
    shell += [f"-master=127.0.0.1:{ports['master']}", f"-filer=127.0.0.1:{ports['filer']}"]
    order = b"fs.configure -locationPrefix=/buckets/ -fsync -apply\n"
    try:
        done = subprocess.run(shell, input=order, capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and b'"fsync":  true' in done.stdout.replace(b'": true', b'":  true')


def _quietened(data: Path) -> bool:
    """Switch off what the server would do by itself a minute after its start; only reclaiming deleted space stays.

    It would spread full volumes over disks that one machine does not have, forget unfinished uploads after a day,
    and hang for ten seconds when told to end meanwhile. There is no flag for it; the files appear as it starts, and
    are read each time that it looks for work.
    """
    try:
        for name in _UNWANTED:
            path = data / "admin" / "plugin" / "job_types" / name / "config.json"
            config = json.loads(path.read_text())
            if config["adminRuntime"].get("enabled"):
                config["adminRuntime"]["enabled"] = False
                path.write_text(json.dumps(config, indent=2))
                path.with_suffix(".pb").unlink(missing_ok=True)  # it would come first
    except (OSError, ValueError, KeyError):
        return False  # not there yet, or half written
    return True


def _ports(path: Path) -> Ports:
    """Return the ports of last time where they are free, else fresh ones: weed names its folders by them."""
    try:
        ports: Ports = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        ports = {}
    for _ in range(20):  # those of a server that was killed a moment ago come free soon
        if set(ports) == set(_NAMES) and all(_free(port) for port in ports.values()):
            return ports
        if not ports:
            break
        time.sleep(0.1)
    # Below the range that outgoing connections use, so that nothing takes them between two starts.
    candidates = (port for port in random.sample(range(20_000, 22_700), 2_700) if _free(port))
    ports = dict(zip(_NAMES, candidates, strict=False))
    path.write_text(json.dumps(ports))
    return ports


def _free(port: int) -> bool:
    return all(_bindable(each) for each in (port, port + _GRPC))


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _remove_sockets(ports: Ports) -> None:
    """Remove the Unix sockets that weed leaves in /tmp."""
    for name, port in ports.items():
        for socket_name in (f"{name}-{port}", f"{name}-grpc-{port + _GRPC}"):
            Path(f"/tmp/seaweedfs-{socket_name}.sock").unlink(missing_ok=True)  # noqa: S108 -- its choice


def main() -> int:
    """Run, and return the exit code."""
    home, weed, bucket = sys.argv[1:]
    places = Places(Path(home))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s supervisor %(message)s")
    return Supervisor(places, Path(weed), bucket).run()


if __name__ == "__main__":
    sys.exit(main())
