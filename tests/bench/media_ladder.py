"""The ladder against its peers: what it costs, what the weak rung costs, how good each rung is at its rate."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import Row, measured

from ingest import ffmpeg
from ingest.media.rungs import STANDARD, WEAK, Rung, grid, size
from ingest.steps import ladder, probe, splice
from ingest.watch import Silent

SECONDS = 24
VMAF_EVERY = 3  # frames: every third is judged


def rows(scratch: Path, seconds: int = SECONDS) -> list[Row]:
    """Measure on a generated 1080p recording of so many seconds, whose picture is copied."""
    source = film(scratch, seconds)
    media = probe.probe(source, name=source.name)
    assert media["web_safe_video"], media["why_not_video"]
    plan = ladder.plan(media, copied=True)
    assert plan.weak == WEAK
    assert plan.rest == STANDARD[:2]
    weak, weak_cost, weak_commands = _ours(source, media, (plan.weak,), scratch / "weak")
    rest, rest_cost, rest_commands = _ours(source, media, plan.rest, scratch / "rest")
    full = weak_cost + rest_cost
    peers = {rung.name: _alone(source, media, rung, scratch) for rung in (*plan.rest, plan.weak, STANDARD[2])}
    three = sum(cost for cost, _ in peers.values()) - peers["1080p"][0]
    four = three + peers["1080p"][0]
    commands = (*weak_commands, *rest_commands, *(command for _, command in peers.values()))
    told = f"{full:.1f} s of CPU for {seconds} s of film"
    return [
        Row(
            "full ladder, top copied ÷ a process for each of four rungs",
            full / four,
            "≤ 0.55",
            f"{told} ÷ {four:.1f} s",
            commands,
        ),
        Row(
            "the same ÷ a process for each of the three encoded ones", full / three, "stated", f"{told} ÷ {three:.1f} s"
        ),
        Row("weak rung ÷ full ladder", weak_cost / full, "≤ 0.25", f"{weak_cost:.1f} s ÷ {full:.1f} s", weak_commands),
        *[
            _quality(source, media, rung, made / f"{rung.name}.mp4", scratch)
            for rung, made in [(plan.weak, weak), *((rung, rest) for rung in plan.rest)]
        ],
        _chunked(source, media, plan.rest, rest_cost, scratch, seconds),
    ]


def film(scratch: Path, seconds: int) -> Path:
    """Make a 1080p H.264 film as a camera sees an operation: a slow pan over fine detail, things that move, noise."""
    path = scratch / f"film-{seconds}.mp4"
    if path.exists():
        return path
    still = scratch / "still.png"
    _run("-f", "lavfi", "-i", "mandelbrot=s=2880x1620:start_scale=0.005:maxiter=400:rate=1", "-frames:v", "1", still)
    pan = "crop=1920:1080:x='300+280*sin(t/3)':y='200+180*cos(t/4)',gblur=1.2,format=yuv420p"
    moving = "overlay=x='700+400*sin(t)':y='400+200*cos(1.3*t)',noise=alls=4:allf=t,format=yuv420p"
    _run(
        *("-loop", "1", "-framerate", "30", "-i", still, "-f", "lavfi", "-i", "testsrc2=s=480x270:r=30"),
        *("-filter_complex", f"[0:v]{pan}[pan];[pan][1:v]{moving}", "-t", str(seconds)),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "60", path),
    )
    return path


def _run(*arguments: object) -> str:
    """Run ffmpeg to its end; return its command."""
    command = [ffmpeg.binary(), "-nostdin", "-y", "-v", "error", *map(str, arguments)]
    subprocess.run(command, check=True)
    return " ".join(command)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect the commands that our steps run."""
    commands: list[str] = []
    run = ffmpeg.run

    def told(*arguments: Any, **options: Any) -> list[str]:
        command = run(*arguments, **options)
        commands.append(" ".join(command))
        return command

    ffmpeg.run = told
    try:
        yield commands
    finally:
        ffmpeg.run = run


def _ours(
    source: Path, media: dict[str, Any], rungs: tuple[Rung, ...], out: Path
) -> tuple[Path, float, tuple[str, ...]]:
    out.mkdir()
    with _heard() as commands, measured() as cost:
        ladder.run({"source": source}, out, ladder.Recipe(media, rungs), Silent())
    return out, cost.cpu, tuple(commands)


def _picture(media: dict[str, Any], rung: Rung) -> str:
    """The filters by which a rung alone comes from the source: on its grid, at its size."""
    video = probe.stream_of(media, "video") or {}
    width, height = size(video, rung)
    frames = grid(video)
    step = f",framestep={frames.every(rung)}" if frames.every(rung) > 1 else ""
    return f"fps={frames.rate}:start_time=0{step},scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p"


def _settings(media: dict[str, Any], rung: Rung) -> list[str]:
    """The encoder's settings of a rung, as the ladder has them, without what decides about the rate."""
    frames = grid(probe.stream_of(media, "video") or {})
    step, soon = frames.step // frames.every(rung), frames.first_step // frames.every(rung)
    return [
        *("-c:v", "libx264", "-preset", rung.preset, "-profile:v", rung.profile, "-sc_threshold", "0", "-g", str(step)),
        *("-maxrate", f"{rung.max_rate}k", "-bufsize", f"{round(rung.max_rate * rung.buffer)}k"),
        *("-force_key_frames", f"expr:not(mod(n,if(lt(n,{step}),{soon},{step})))", "-threads", "2"),
    ]


def _alone(source: Path, media: dict[str, Any], rung: Rung, scratch: Path) -> tuple[float, str]:
    """One process for one rung at the same settings: CPU seconds, command."""
    made = scratch / f"alone-{rung.name}.mp4"
    settings = [*_settings(media, rung), "-crf", rung.crf]
    with measured() as cost:
        command = _run("-threads", "2", "-i", source, "-vf", _picture(media, rung), "-an", *settings, made)
    return cost.cpu, command


def _quality(source: Path, media: dict[str, Any], rung: Rung, ours: Path, scratch: Path) -> Row:
    """VMAF of a rung against two passes of the same preset, buffer and average rate; both scaled to the source."""
    with measured():
        found = probe.probe(ours, name=ours.name)
    rate = round(found["streams"][0]["size"] * 8 / found["duration"])
    peer = scratch / f"two-pass-{rung.name}.mp4"
    both = [
        *("-threads", "2", "-i", source, "-vf", _picture(media, rung), "-an", *_settings(media, rung)),
        *("-b:v", rate, "-passlogfile", scratch / rung.name),
    ]
    commands = (_run(*both, "-pass", "1", "-f", "null", "-"), _run(*both, "-pass", "2", peer))
    peers = probe.probe(peer, name=peer.name)["streams"][0]["size"] * 8 / found["duration"]
    own, theirs = _vmaf(ours, source, media, rung), _vmaf(peer, source, media, rung)
    told = f"VMAF {own:.2f} at {rate / 1000:.0f} kbit/s, two passes {theirs:.2f} at {peers / 1000:.0f}"
    return Row(f"{rung.name}: VMAF below two passes of the same rate", theirs - own, "≤ 1", told, commands)


def _vmaf(made: Path, source: Path, media: dict[str, Any], rung: Rung) -> float:
    video = probe.stream_of(media, "video") or {}
    frames = grid(video)
    log = made.with_suffix(".json")
    named = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"  # else one is converted
    graph = (
        f"[0:v]{named},setpts=N/FRAME_RATE/TB,scale={video['width']}:{video['height']}:flags=bicubic[made];"
        f"[1:v]{named},fps={frames.rate}:start_time=0,framestep={frames.every(rung)},setpts=N/FRAME_RATE/TB[whole];"
        f"[made][whole]libvmaf=n_subsample={VMAF_EVERY}:n_threads=2:log_fmt=json:log_path={log}"
    )
    _run("-i", made, "-i", source, "-filter_complex", graph, "-f", "null", "-")
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _chunked(
    source: Path, media: dict[str, Any], rungs: tuple[Rung, ...], whole: float, scratch: Path, seconds: int
) -> Row:
    """The same rungs in chunks on this one machine, joined. Real chunks are far longer, and cost less extra."""
    ranges = ladder.chunks(media, rungs, seconds=seconds / 3)
    inputs: dict[str, Path] = {}
    with _heard() as commands, measured() as cost:
        for position, frames in enumerate(ranges):
            out = scratch / f"chunk-{position}"
            out.mkdir()
            recipe = ladder.Recipe(media, rungs, frames=frames)
            made = ladder.run({"source": source}, out, recipe, Silent())
            inputs |= {f"{position}/{rung}": out / name for rung, name in made["pieces"].items()}
        (scratch / "joined").mkdir()
        splice.run(inputs, scratch / "joined", splice.Recipe(media, rungs, ranges), Silent())
    seam = max(0.0, cost.cpu - whole) / (len(ranges) - 1)
    share = 100 * seam / (whole / seconds * ladder.CHUNK_SECONDS)
    told = (
        f"{len(ranges)} chunks of {seconds / 3:.0f} s: {cost.cpu:.1f} s ÷ {whole:.1f} s of CPU; {seam:.1f} s a seam, "
    )
    told += f"{share:.1f} % of a chunk of {ladder.CHUNK_SECONDS:.0f} s"
    return Row("in chunks on one machine ÷ in one run", cost.cpu / whole, "stated", told, tuple(commands))
