"""What the stills cost beside the ladder: CPU seconds of both, measured in one run on the same recording.

Run it as a script for itself: `python tests/bench/media_stills.py [SECONDS] [FOLDER]`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Row, measured, table

from ingest import ffmpeg
from ingest.steps import stills
from ingest.watch import Silent

_LECTURE = Path(__file__).resolve().parents[2] / "samples" / "lecture_fetal_monitoring.mp4"
_SMALL = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "28", "-maxrate", "150k", "-bufsize", "300k")
_FORM = ("-force_key_frames", "expr:gte(t,n_forced*2)", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov")
_LADDER_SECONDS = 16  # of it that the ladder is measured on
_RUNGS = ((1080, "3000k"), (720, "1500k"), (480, "600k"), (240, "150k"))


def rows(scratch: Path, seconds: int = 600) -> list[Row]:
    """Measure stills and storyboard of `seconds` of a camera's picture and of slides, against the ladder of each."""
    # Moving pictures with noise, as a camera gives them; and the lecture, whose slides change every ten seconds.
    moving = ("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25")
    noisy = "noise=alls=12:allf=t,crop=1600:900:'160+150*sin(t/9)':'90+80*sin(t/6)',scale=1920:1080"
    looped = ("-stream_loop", "-1", "-i", str(_LECTURE))
    return [
        _row("moving pictures", moving, noisy, scratch, seconds),
        _row("slides", looped, "scale=1920:1080", scratch, seconds),
    ]


def _row(what: str, source: tuple[str, ...], graph: str, scratch: Path, seconds: int) -> Row:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        part = folder / "part.mp4"  # the source, of which both are made
        _run(*source, "-t", str(_LADDER_SECONDS), "-vf", graph, "-c:v", "libx264", "-preset", "ultrafast", str(part))
        ladder, command = _ladder(part, folder)
        large, small = _rungs(part, folder, seconds)
        out = folder / "stills"
        out.mkdir()
        with measured() as cost:
            facts = stills.run({"small": small, "large": large}, out, stills.Recipe(seconds, 1920, 1080), Silent())
        stills_rate = sum(scene["size"] for scene in facts["scenes"]) * 8 / seconds / 1000
        board = sum((out / sheet).stat().st_size for sheet in facts["storyboard"]["sheets"])
        here, there = cost.cpu / seconds, ladder / _LADDER_SECONDS
        return Row(
            f"stills + storyboard, CPU, against the ladder ({what})",
            here / there,
            "≤ 0.03 with sound",
            f"{here / there:.1%}: {60 * here:.2f} CPU s a minute of {60 * there:.1f}; {seconds} s of 1080p, "
            f"{len(facts['scenes'])} stills at {stills_rate:.1f} kbit/s, storyboard {board / 1000:.0f} kB",
            (" ".join(command), f"ingest.steps.stills.run({small.name}, {large.name})"),
        )
    finally:
        shutil.rmtree(folder)


def _ladder(part: Path, folder: Path) -> tuple[float, list[str]]:
    """Return the CPU seconds of four rungs, decoded once, and the command."""
    heights = [height for height, _ in _RUNGS]
    chain = f"[0:v]split={len(heights)}" + "".join(f"[s{height}]" for height in heights)
    chain += "".join(f";[s{height}]scale=-2:{height}[v{height}]" for height in heights)
    command = ["-i", str(part), "-filter_complex", chain]
    for height, rate in _RUNGS:
        command += ["-map", f"[v{height}]", "-c:v", "libx264", "-preset", "veryfast", "-b:v", rate, *_FORM]
        command.append(str(folder / f"{height}.mp4"))
    with measured() as cost:
        done = _run(*command)
    return cost.cpu, done


def _rungs(part: Path, folder: Path, seconds: int) -> tuple[Path, Path]:
    """Make the large and the small rung of all `seconds`: encoded once, then repeated."""
    small = folder / "once.mp4"
    _run("-i", str(part), "-vf", "fps=12.5,scale=-2:240", *_SMALL, *_FORM, str(small))
    made = []
    for once, name in ((folder / "1080.mp4", "large.mp4"), (small, "small.mp4")):
        _run("-stream_loop", "-1", "-i", str(once), "-t", str(seconds), "-c", "copy", *_FORM[2:], str(folder / name))
        made.append(folder / name)
    return made[0], made[1]


def _run(*arguments: str) -> list[str]:
    command = [ffmpeg.binary(), "-v", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True)
    return command


if __name__ == "__main__":
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as given:
        found = rows(Path(given), length)
    print(table(found))
    for row in found:
        print("\n".join(row.commands))
