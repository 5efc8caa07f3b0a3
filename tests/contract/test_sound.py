"""The sound as it is heard, on real files: as loud as it should be, in step, nothing lost, never less than all."""

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from archive.errors import Cancelled, IncompleteOutput, MediaToolError
from ingest import confine, ffmpeg
from ingest.steps import audio, probe, remux, sound
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
NARRATION = ROOT / "samples" / "operation_hysterectomy_narration.flac"
SHARED = ROOT.parent / "shared" / "samples"
Make = Callable[..., Path]


def of(path: Path) -> dict[str, Any]:
    media = probe.probe(path, name=path.name)
    tracks = [stream["index"] for stream in media["streams"] if stream["type"] == "audio"]
    return {"audio_tracks": tracks} | media


def run(source: Path, out: Path, media: dict[str, Any] | None = None, step: Any = sound) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    facts = step.run({"source": source}, out, step.Recipe(media=media or of(source)), Silent())
    made: dict[str, Any] = json.loads(json.dumps(facts, allow_nan=False))
    files = {row[key] for row in made.get("renditions", []) for key in ("file", "playlist")} or {made.get("file")}
    assert {path.name for path in out.iterdir()} == files - {None}
    return made


def by_name(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in facts["renditions"]}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a clip with ffmpeg itself."""

    def made(name: str, *arguments: object) -> Path:
        path = tmp_path / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *map(str, arguments), str(path)]
        subprocess.run(command, check=True)
        return path

    return made


def measured(path: Path) -> tuple[float, float]:
    """Loudness and true peak, by ffmpeg's own meter."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-i", str(path)]
    meter = ["-map", "0:a:0", "-af", "ebur128=framelog=quiet:peak=true", "-f", "null", "-"]
    said = subprocess.run([*command, *meter], check=True, capture_output=True, text=True).stderr
    said = said[said.rindex("Summary:") :]
    return float(re.findall(r"I:\s+(\S+) LUFS", said)[0]), float(re.findall(r"Peak:\s+(\S+) dBFS", said)[0])


def wave(path: Path) -> tuple[np.ndarray[Any, Any], int]:
    with av.open(str(path)) as opened:
        rate = opened.streams.audio[0].codec_context.sample_rate
        frames = [frame.to_ndarray().astype(float) for frame in opened.decode(audio=0)]
    return np.concatenate([frame[0] for frame in frames]), rate


def test_sound_that_changes_its_form_on_the_way(make: Make, tmp_path: Path) -> None:
    """Mono at 300 Hz becomes stereo at 600 Hz after six seconds of a transport stream."""
    halves = []
    for name, channels, hertz, start in (("a.ts", 1, 300, 3600), ("b.ts", 2, 600, 3606)):
        picture = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=6", "-c:v", "libx264", "-preset", "ultrafast"]
        tone = ["-f", "lavfi", "-i", f"sine=f={hertz}:r=48000:d=6", "-c:a", "ac3", "-ac", channels]
        halves.append(make(name, *picture[:4], *tone[:4], *picture[4:], *tone[4:], "-output_ts_offset", start))
    whole = tmp_path / "whole.ts"
    whole.write_bytes(b"".join(half.read_bytes() for half in halves))
    media = of(whole)
    assert by_name(run(whole, tmp_path / "first", media, remux))["audio"]["duration"] == pytest.approx(12, abs=0.1)
    for out, step in ((tmp_path / "heard", sound), (tmp_path / "speech", audio)):
        run(whole, out, media, step)
        samples, rate = wave(out / ("audio.mp4" if step is sound else "speech.flac"))
        assert len(samples) / rate == pytest.approx(12, abs=0.1)
        for second, hertz in ((1, 300), (5, 300), (7, 600), (11, 600)):
            piece = samples[second * rate : second * rate + rate // 2]
            assert np.abs(np.fft.rfft(piece)).argmax() * 2 == pytest.approx(hertz, abs=4), (second, step)


def test_the_lecture(lecture: Path, tmp_path: Path) -> None:
    facts = run(lecture, tmp_path / "out")
    rows = by_name(facts)
    assert set(rows) == {"audio", "audio-low"}
    assert facts["track"] == 1
    assert facts["complaints"] == 0
    (track,) = facts["tracks"]
    assert (track["silent"], track["voice"], track["in_sequence"]) == (False, None, False)
    assert (rows["audio"]["sound"], rows["audio"]["preferred"], rows["audio"]["codecs"]) == ("full", True, "mp4a.40.2")
    assert (rows["audio-low"]["sound"], rows["audio-low"]["codecs"]) == ("low", "mp4a.40.2")
    for row in rows.values():
        assert row["duration"] == pytest.approx(57.16, abs=0.08)
    integrated, peak = measured(tmp_path / "out" / "audio.mp4")
    assert integrated == pytest.approx(-16.0, abs=0.3)
    assert peak <= -1.0
    low = tmp_path / "out" / "audio-low.mp4"
    assert low.stat().st_size * 8 / 57.16 <= 36_000  # leaves room for stills under 48 kbit/s
    with av.open(str(low)) as opened:
        context = opened.streams.audio[0].codec_context
        assert (context.sample_rate, context.channels, context.profile) == (24000, 1, "LC")
    # One channel on two loudspeakers is 3 dB louder than on one.
    assert measured(low)[0] + 3 == pytest.approx(integrated, abs=0.5)


def test_loud_enough_is_left_to_remux(make: Make, tmp_path: Path) -> None:
    good = make("good.mp4", "-t", 20, "-i", NARRATION, "-af", "volume=3.5dB", "-ac", 2, "-c:a", "aac")
    media = of(good)
    assert media["web_safe_audio"]
    facts = run(good, tmp_path / "out", media)
    assert abs(facts["tracks"][0]["integrated"] + 16) <= 1, "the clip is not what the test needs"
    assert set(by_name(facts)) == {"audio-low"}


SPEECH = ("-ss", "40", "-t", "4", "-i", NARRATION)
FORMS = {
    "8 kHz.wav": ("-ar", 8000, "-ac", 1, "-c:a", "pcm_mulaw"),
    "96 kHz.flac": ("-ar", 96000, "-ac", 2),
    "layer 3.mp3": ("-ar", 44100, "-c:a", "libmp3lame"),
    "opus.webm": ("-c:a", "libopus"),
    "vorbis.ogg": ("-ac", 2, "-c:a", "libvorbis"),
    "pcm.mov": ("-c:a", "pcm_s24be"),
    "he.m4a": ("-ar", 22050, "-c:a", "aac"),
    "centre.mka": ("-af", "pan=5.1|FC=c0", "-c:a", "ac3"),
    "left.mka": ("-af", "pan=5.1|FL=c0", "-c:a", "flac"),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_sound(name: str, make: Make, tmp_path: Path) -> None:
    facts = run(make(name, *SPEECH, "-af", "volume=-9dB", *FORMS[name]), tmp_path / "out")
    assert set(by_name(facts)) == {"audio", "audio-low"}
    integrated, peak = measured(tmp_path / "out" / "audio.mp4")
    assert integrated == pytest.approx(-16.0, abs=0.7)
    assert peak <= -1.0
    with av.open(str(tmp_path / "out" / "audio.mp4")) as opened:
        context = opened.streams.audio[0].codec_context
        assert (context.sample_rate, context.channels) == (48000, 2)
    assert by_name(facts)["audio"]["duration"] == pytest.approx(4.0, abs=0.15)


@pytest.mark.parametrize(("level", "gain", "silent"), [(-30, 24.0, False), (-45, 0.0, True)])
def test_quiet_is_raised_but_noise_is_not(level: int, gain: float, silent: bool, make: Make, tmp_path: Path) -> None:
    facts = run(make("quiet.wav", *SPEECH, "-af", f"volume={level}dB", "-c:a", "pcm_s24le"), tmp_path / "out")
    (track,) = facts["tracks"]
    assert (track["gain"], track["silent"]) == (gain, silent)
    assert measured(tmp_path / "out" / "audio.mp4")[0] == pytest.approx(track["integrated"] + gain, abs=1.0)


def test_knocks_do_not_keep_speech_quiet(make: Make, tmp_path: Path) -> None:
    """What is loudest is not the speech: the limiter takes the knocks, the speech still comes up."""
    knocks = "aevalsrc='0.9*sin(2*PI*900*t)*lt(mod(t,5),0.01)':s=48000:d=12"
    mixed = "[0:a]aresample=48000,volume=-14dB[a];[a][1:a]amix=2:normalize=0:duration=first"
    clip = make("knocks.wav", "-t", 12, "-i", NARRATION, "-f", "lavfi", "-i", knocks, "-filter_complex", mixed)
    facts = run(clip, tmp_path / "out")
    assert facts["tracks"][0]["gain"] > -16 - facts["tracks"][0]["integrated"] + 2
    integrated, peak = measured(tmp_path / "out" / "audio.mp4")
    assert integrated == pytest.approx(-16.0, abs=1.0)
    assert peak <= 0.0


def test_the_track_for_speech_is_chosen(make: Make, tmp_path: Path) -> None:
    """The default track hums, the second whispers in noise, the third speaks clearly, the fourth is dead."""
    graph = (
        "[1:a]aresample=48000,asplit[a][b];[b]volume=-20dB[far];"
        "[far][2:a]amix=2:normalize=0:duration=first[noisy];[a]volume=-6dB[near]"
    )
    clip = make(
        "tracks.mkv",
        *("-f", "lavfi", "-i", "sine=f=100:d=12"),
        *("-t", 12, "-i", NARRATION),
        *("-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.1:d=12"),
        *("-f", "lavfi", "-i", "anullsrc=r=48000:d=12"),
        *("-filter_complex", graph, "-map", "0", "-map", "[noisy]", "-map", "[near]", "-map", "3"),
        *("-c:a", "flac", "-t", 12, "-disposition:a:0", "default", "-metadata:s:a:2", "language=zho"),
    )
    facts = run(clip, tmp_path / "out")
    assert facts["track"] == 2
    assert [track["silent"] for track in facts["tracks"]] == [False, False, False, True]
    assert facts["tracks"][0]["voice"] < 1 < facts["tracks"][2]["voice"]
    rows = by_name(facts)
    assert set(rows) == {"audio", "audio-2", "audio-3", "audio-4", "audio-low"}
    assert [row["name"] for row in facts["renditions"] if row["preferred"]] == ["audio", "audio-low"]
    assert (rows["audio"]["title"], rows["audio"]["language"]) == ("3", "zho")
    assert [rows[f"audio-{number}"]["title"] for number in (2, 3, 4)] == ["1", "2", "4"]

    (tmp_path / "speech").mkdir()
    recipe = audio.Recipe(media=of(clip), track=facts["track"])
    audio.run({"source": clip}, tmp_path / "speech", recipe, Silent())
    samples, _ = wave(tmp_path / "speech" / "speech.flac")
    assert np.abs(samples).max() > 3000  # what the third track holds


def test_no_sound(make: Make, tmp_path: Path) -> None:
    clip = make("mute.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:d=1")
    assert run(clip, tmp_path / "out") == {"renditions": [], "track": None, "tracks": [], "complaints": 0}
    assert run(clip, tmp_path / "audio", step=audio)["file"] is None


def test_in_step_and_as_long_as_the_picture(make: Make, tmp_path: Path) -> None:
    """Sound from 2 s to 4 s and from 6 s to 7 s beside nine seconds of picture."""
    clip = make(
        "holes.mkv",
        *("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=9", "-f", "lavfi", "-i", "sine=f=440:r=48000:d=9"),
        *("-af", "volume=-20dB,aselect='between(t,2,4)+between(t,6,7)'", "-c:a", "pcm_s16le"),
    )
    rows = by_name(run(clip, tmp_path / "out"))
    speech = run(clip, tmp_path / "audio", step=audio)
    assert speech["duration"] == pytest.approx(7.0, abs=0.1)
    for file in (
        tmp_path / "out" / "audio.mp4",
        tmp_path / "out" / "audio-low.mp4",
        tmp_path / "audio" / "speech.flac",
    ):
        samples, rate = wave(file)
        loud = np.abs(samples) > np.abs(samples).max() / 10
        heard = [bool(loud[round((t - 0.3) * rate) : round((t + 0.3) * rate)].any()) for t in (1.5, 3, 5, 6.5)]
        assert heard == [False, True, False, True], file.name
        assert np.argmax(loud) / rate == pytest.approx(2.0, abs=0.06), file.name
    assert rows["audio"]["duration"] == pytest.approx(9.0, abs=0.1)
    assert rows["audio-low"]["duration"] == pytest.approx(9.0, abs=0.1)


def test_false_times_lose_no_sound(tmp_path: Path) -> None:
    source = SHARED / "odd" / "ax_sample-with-large-length.avi"
    if not source.is_file():
        pytest.skip(f"{source} is not here: the samples are not part of the project")
    with av.open(str(source)) as opened:
        decoded = sum(frame.samples for frame in opened.decode(audio=0)) / 44100
    facts = run(source, tmp_path / "out")
    assert facts["tracks"][0]["in_sequence"]
    for row in facts["renditions"]:
        assert row["duration"] == pytest.approx(decoded, abs=0.06)
    assert run(source, tmp_path / "audio", step=audio)["duration"] == pytest.approx(decoded, abs=0.02)


def test_damage_is_told_and_keeps_its_place(lecture: Path, tmp_path: Path) -> None:
    """Zeros over the sound in the middle: a hole there, what follows at its time."""
    whole = ffmpeg.binary()
    clip = tmp_path / "clip.ts"
    subprocess.run([whole, "-v", "error", "-t", "30", "-i", lecture, "-vn", "-c", "copy", clip], check=True)
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2 // 188 * 188
    for at in range(middle, middle + 188 * 60, 188):
        data[at + 4 : at + 188] = bytes(184)
    clip.write_bytes(data)
    facts = run(clip, tmp_path / "out")
    assert facts["complaints"] > 0
    for row in facts["renditions"]:
        assert row["duration"] == pytest.approx(30.0, abs=0.3)


@pytest.mark.parametrize("step", [sound, audio])
def test_less_than_the_source_is_never_success(step: Any, clip: Path, lecture: Path, tmp_path: Path) -> None:
    """The recipe says 57 s, the file holds 7: as when a source is cut after it was probed."""
    with pytest.raises(IncompleteOutput) as caught:
        run(clip, tmp_path / "out", of(lecture), step)
    assert caught.value.command
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("step", [sound, audio])
def test_a_full_disk_is_never_success(step: Any, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "_LIMITS", confine.Limits(file_size=20_000))
    with pytest.raises(MediaToolError) as caught:
        run(clip, tmp_path / "out", step=step)
    assert "[verbose]" not in caught.value.stderr
    assert list((tmp_path / "out").iterdir()) == []


class StopAt:
    """A watch that asks to stop once some work was done."""

    stopped = 0.0

    def progress(self, fraction: float) -> None:
        if fraction > 0.0:
            self.stopped = time.monotonic()
            raise Cancelled("enough")


def test_cancel(make: Make, tmp_path: Path) -> None:
    long = make("long.wav", "-stream_loop", 10, "-i", NARRATION, "-ar", 48000, "-ac", 2)
    out, watch = tmp_path / "out", StopAt()
    out.mkdir()
    with pytest.raises(Cancelled):
        sound.run({"source": long}, out, sound.Recipe(media=of(long)), watch)
    assert time.monotonic() - watch.stopped < 3
    assert list(out.iterdir()) == []
