"""What may not reach a doctor: mangled terms, and text where nobody spoke. Real weights, real sound."""

import json
import re
import wave
from pathlib import Path

import numpy as np
import pytest

from archive.glossary import load
from archive.transcripts import Transcript
from ingest.speech.correct import correct
from ingest.speech.engine import SAMPLE_RATE
from ingest.speech.tidy import simplify
from ingest.steps import audio, probe, transcribe
from ingest.watch import Silent

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def heard(source: Path, folder: Path, models: Path, **recipe: str) -> Transcript:
    folder.mkdir(parents=True, exist_ok=True)
    media = probe.probe(source, name=source.name)
    made = audio.run({"source": source}, folder, audio.Recipe(media=media), Silent())
    inputs = {"audio": folder / audio.FILE} if made["file"] else {}
    transcribe.run(inputs, folder, transcribe.Recipe(**recipe), Silent(), models=models)
    return Transcript.from_json((folder / transcribe.FILE).read_text(encoding="utf-8"))


def text_of(transcript: Transcript) -> str:
    return re.sub(r"[\W_]", "", simplify("".join(segment.text for segment in transcript.segments)))


def distance(reference: str, text: str) -> int:
    row = list(range(len(text) + 1))
    for i, wanted in enumerate(reference, 1):
        row, above = [i], row
        for j, got in enumerate(text, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != got)))
    return row[-1]


def write_sound(samples: np.ndarray, path: Path, *, rate: int = SAMPLE_RATE) -> Path:
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.model
def test_the_operation_is_spelled_as_a_surgeon_would(models: Path, tmp_path: Path) -> None:
    name = "operation_hysterectomy_narration"
    machine = heard(SAMPLES / f"{name}.flac", tmp_path, models)
    parts = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["segments"]
    reference = re.sub(r"[\W_]", "", "".join(part["text"] for part in parts))
    made = correct(machine, load(), title="腹腔镜下全子宫切除术", specialty="妇产科")
    before, after = distance(reference, text_of(machine)), distance(reference, text_of(made.transcript))
    assert after <= 0.5 * before  # measured 0.39
    wrong = [change for change in made.changes if change.after not in reference]
    assert len(wrong) <= 0.1 * len(made.changes), wrong
    assert machine.settings["removals"] == []


def room(kind: str, seconds: int) -> np.ndarray:
    """Sounds of an operating room, one channel."""
    lots, time = np.random.default_rng(3), np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    if kind == "silence":
        return np.zeros(len(time))
    if kind == "room":
        slow = np.convolve(lots.normal(0, 1, len(time)), np.ones(400) / 400, "same")
        return 0.3 * slow + 0.02 * np.sin(2 * np.pi * 100 * time) + lots.normal(0, 0.003, len(time))
    if kind == "suction":
        hiss = np.diff(lots.normal(0, 0.2, len(time) + 1))
        return hiss * (0.4 + 0.6 * (np.sin(2 * np.pi * 0.3 * time) > 0))
    notes = 220 * 2 ** (lots.integers(0, 24, len(time) // 4000 + 1) / 12)
    tune = np.repeat(notes, 4000)[: len(time)]
    return sum(0.2 / n * np.sin(2 * np.pi * np.cumsum(n * tune) / SAMPLE_RATE) for n in (1, 2, 3))


@pytest.mark.model
@pytest.mark.parametrize("kind", ["silence", "room", "suction", "music"])
def test_not_a_character_where_nobody_speaks(kind: str, models: Path, tmp_path: Path) -> None:
    sound = write_sound(room(kind, 40), tmp_path / "room.wav")
    assert heard(sound, tmp_path / "out", models).segments == ()


@pytest.mark.model
def test_telephone_sound_and_a_wrong_language_invent_nothing(clip: Path, models: Path, tmp_path: Path) -> None:
    samples = np.frombuffer(_pcm(clip, tmp_path), "<i2").astype(np.float32) / 32768
    telephone = write_sound(samples[::2], tmp_path / "telephone.wav", rate=8000)
    assert "排除" in text_of(heard(telephone, tmp_path / "8k", models))
    surround = np.zeros((len(samples), 6), np.float32)
    surround[:, 2] = samples  # in the middle, where films have their voices
    write_sound(surround, tmp_path / "surround.wav")
    assert "排除" in text_of(heard(tmp_path / "surround.wav", tmp_path / "5.1", models))
    wrong = heard(clip, tmp_path / "wrong", models, language="en")
    assert (wrong.language, wrong.settings["set"]) == ("zh", "en"), "what is heard is written down, and it is said"
    assert "排除" in text_of(wrong)
    insisted = heard(clip, tmp_path / "insisted", models, language="en", certain=True)
    assert insisted.language == "en"
    assert len(text_of(insisted)) < 200


def _pcm(source: Path, folder: Path) -> bytes:
    media = probe.probe(source, name=source.name)
    audio.run({"source": source}, folder, audio.Recipe(media=media), Silent())
    import av

    with av.open(str(folder / audio.FILE)) as container:
        return b"".join(frame.to_ndarray().astype("<i2").tobytes() for frame in container.decode(audio=0))
