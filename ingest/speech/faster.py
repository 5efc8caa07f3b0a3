"""faster-whisper: Whisper on CTranslate2, 8-bit integers on a CPU."""

import math
import os
from pathlib import Path
from typing import Any

from archive.transcripts import Segment, Word
from ingest.speech.engine import FASTER, Samples


class FasterWhisper:
    """A `SpeechEngine`."""

    name = FASTER

    def __init__(self, path: Path, model: str, *, threads: int, beam: int) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # waiting threads must not spin beside ffmpeg
        import ctranslate2  # type: ignore[import-untyped]
        from faster_whisper import WhisperModel

        self.model = model
        self._beam = beam
        self._seed = ctranslate2.set_random_seed
        self._whisper = WhisperModel(
            str(path), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )

    def detect(self, samples: Samples) -> str:
        language, _probability, _all = self._whisper.detect_language(samples)
        return str(language)

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        self._seed(0)  # the fall-back to a higher temperature draws lots
        found, _info = self._whisper.transcribe(
            samples,
            language=language,
            beam_size=self._beam,
            initial_prompt=prompt,
            word_timestamps=True,
            condition_on_previous_text=False,  # carried over, one loop or invention breeds the next
            vad_filter=False,
        )
        return [_segment(segment) for segment in found]


def _segment(found: Any) -> Segment:
    words = tuple(
        Word(
            max(0.0, float(word.start)),
            max(0.0, float(word.start), float(word.end)),
            word.word,
            float(word.probability),
        )
        for word in found.words or ()
    )
    start = max(0.0, float(found.start))
    return Segment(start, max(start, float(found.end)), found.text, math.exp(min(0.0, found.avg_logprob)), words)
