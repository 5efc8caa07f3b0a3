"""Both engines tell what was said from what only sounds like it. Real weights, real sound."""

from pathlib import Path

import numpy as np
import pytest

from ingest.speech import voice
from ingest.speech.engine import FASTER, OPENAI, engine_for
from ingest.steps import audio, probe
from ingest.watch import Silent

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.mark.model
@pytest.mark.parametrize("name", [FASTER, OPENAI])
def test_what_was_said_is_likelier_than_what_was_not(name: str, models: Path, tmp_path: Path) -> None:
    source = SAMPLES / "operation_hysterectomy_narration.flac"
    audio.run({"source": source}, tmp_path, audio.Recipe(media=probe.probe(source, name=source.name)), Silent())
    samples = np.concatenate(list(voice.read(tmp_path / audio.FILE)))[: 6 * 16000]
    texts = [
        "现在开始腹腔镜下全子宫切除手术",
        "现在开始腹腔镜下全子宫切除",
        "现在开始腹腔镜下阑尾切除手术",
        "今天天气很好",
    ]
    engine = engine_for(name, "base", models, threads=2)
    whole, part, other, nothing = engine.likelihoods(samples, texts, language="zh")
    assert other.logarithm < whole.logarithm - 5
    assert whole.logarithm < part.logarithm < 0  # what is longer is less likely
    assert whole.tokens > part.tokens > nothing.tokens > 3
    assert nothing.logarithm / nothing.tokens < whole.logarithm / whole.tokens - 2
    [alone] = engine.likelihoods(samples, texts[:1], language="zh")
    assert alone.logarithm == pytest.approx(whole.logarithm, abs=0.5)  # 8-bit integers in a batch round a little
