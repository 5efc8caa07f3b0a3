"""What comes with the pictures: stills, storyboard and sound, by their CPU against the ladder of the same film."""

import subprocess
from pathlib import Path
from typing import Any

from measure import Row, measured
from media_ladder import film

from ingest import ffmpeg
from ingest.steps import ladder, probe, sound, stills
from ingest.watch import Silent

NARRATION = Path(__file__).resolve().parents[2] / "samples" / "operation_hysterectomy_narration.flac"


def rows(scratch: Path, seconds: int = 90) -> list[Row]:
    """Measure each step on one generated 1080p film with a spoken sound track, whose picture is copied."""
    source = _spoken(film(scratch, seconds), scratch / "spoken.mp4")
    media = probe.probe(source, name=source.name)
    plan = ladder.plan(media, copied=True)
    assert plan.weak is not None
    weak, of_weak = _made(ladder, {"source": source}, ladder.Recipe(media, (plan.weak,)), scratch / "weak")
    rest, of_rest = _made(ladder, {"source": source}, ladder.Recipe(media, plan.rest), scratch / "rest")
    _, of_sound = _made(sound, {"source": source}, sound.Recipe(media), scratch / "sound")
    small, large = scratch / "weak" / "240p.mp4", scratch / "rest" / "720p.mp4"
    shown = rest["renditions"][-1]
    recipe = stills.Recipe(weak["renditions"][0]["duration"], shown["width"], shown["height"])
    _, of_stills = _made(stills, {"small": small, "large": large}, recipe, scratch / "stills")
    full = of_weak + of_rest
    figures = f"stills {of_stills:.2f} + sound {of_sound:.2f} ÷ {full:.1f} s of CPU for {seconds} s of film"
    return [Row("stills, storyboard and sound ÷ full ladder", (of_stills + of_sound) / full, "≤ 0.03", figures)]


def _spoken(picture: Path, path: Path) -> Path:
    voice = ["-stream_loop", "-1", "-i", str(NARRATION)]
    command = [
        ffmpeg.binary(),
        "-nostdin",
        "-y",
        "-v",
        "error",
        "-i",
        str(picture),
        *voice,
        "-map",
        "0:v",
        "-map",
        "1:a",
    ]
    subprocess.run(
        [*command, "-c:v", "copy", "-ac", "2", "-ar", "48000", "-c:a", "aac", "-shortest", str(path)], check=True
    )
    return path


def _made(step: Any, inputs: dict[str, Path], recipe: Any, out: Path) -> tuple[dict[str, Any], float]:
    out.mkdir()
    with measured() as cost:
        facts: dict[str, Any] = step.run(inputs, out, recipe, Silent())
    return facts, cost.cpu
