"""What the suites share: the command line as a person runs it, real media, real weights."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str, remedy: str) -> None:
    """Skip with the reason; on CI, where everything must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing on CI: {remedy}")
    pytest.skip(f"{what} is missing: {remedy}")


@dataclass
class Shijiao:
    """The console script on a home of its own."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"SHIJIAO_HOME": str(self.home), "OMP_WAIT_POLICY": "passive"} | self.settings

    def run(self, *arguments: object, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "archive.cli", *map(str, arguments)]
        return subprocess.run(
            command,
            check=False,  # how it ends is what the tests ask
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *arguments: object) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "archive.cli", *map(str, arguments)]
        return self.popen(command)

    def popen(self, command: list[str]) -> subprocess.Popen[str]:
        log = (self.home.parent / f"process-{len(self.started)}.log").open("w")
        process = subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log, text=True, stdin=subprocess.DEVNULL
        )
        self.started.append(process)
        return process

    def wait(self, what: Callable[[], bool], seconds: float = 60, why: str = "") -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"waited {seconds} s {why}\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        """What its processes wrote, to be read where a test fails."""
        return "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in self.home.parent.glob("process-*.log"))

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def at_home() -> type[Shijiao]:
    """The class itself, for fixtures of a wider scope."""
    return Shijiao


@pytest.fixture
def shijiao(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    made = Shijiao(tmp_path / "home")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of real speech weights."""
    found = Path(os.environ.get("SHIJIAO_MODELS", ROOT / "var" / "models"))
    if not (found / "base").is_dir():
        missing("the speech model", f"`shijiao models pull base` with SHIJIAO_MODELS={found}")
    return found


@pytest.fixture(scope="session")
def lecture() -> Path:
    """The project's own Mandarin lecture, 57 s."""
    return ROOT / "samples" / "lecture_fetal_monitoring.mp4"


@pytest.fixture(scope="session")
def clip(lecture: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds of the lecture, from 22 s: 变异减速常见于脐带受压，处理时先排除脐带脱垂。"""
    import imageio_ffmpeg

    made = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", "22", "-t", "7", "-i", str(lecture)]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(made)], check=True)
    return made
