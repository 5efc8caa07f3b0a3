"""faster-whisper: Whisper on CTranslate2, 8-bit integers on a CPU."""

import ctypes
import itertools
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from archive.transcripts import Segment, Word
from ingest.speech.engine import FASTER, Heard, Likelihood, Samples

_AT_ONCE = 4  # texts that are compared in one call; with 16 two threads take 200 MiB more, and are no faster
_LEAST = 1e-12  # probability of a token
_OFTEN = 4  # sounds after which memory is given back
_MARGIN = 200  # frames of 10 ms behind a sound; with 30 the engine begins to loop

_LIBC = ctypes.CDLL(None)  # what this process is linked to: glibc, or another without `malloc_trim`


class FasterWhisper:
    """A `SpeechEngine`."""

    name = FASTER

    def __init__(self, path: Path, model: str, *, threads: int, beam: int) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # waiting threads must not spin beside ffmpeg
        # Every length of a sound has code made for it, which would be kept for the last 1,024 of them: 100 MiB.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
        import ctranslate2  # type: ignore[import-untyped]
        from faster_whisper import WhisperModel

        self.model = model
        self._sounds = itertools.count(1)
        self.at_once = threads
        self._beam = beam
        self._seed = ctranslate2.set_random_seed
        # A word at a time is too little work for two threads: they take longer than one, so each has a cut of its own.
        self._whisper = WhisperModel(
            str(path), device="cpu", compute_type="int8", cpu_threads=1, num_workers=threads, local_files_only=True
        )
        padded = self._whisper.encode
        self._whisper.encode = lambda features: padded(_unpadded(features))

    def detect(self, samples: Samples) -> Heard:
        language, probability, _all = self._whisper.detect_language(samples)
        return Heard(str(language), float(probability))

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        self._give_back()
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

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        from ctranslate2 import StorageView
        from faster_whisper.tokenizer import Tokenizer

        self._give_back()
        whisper = self._whisper
        tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language=language)
        # As long as the samples are, not padded to 30 s: as good for comparing, and the cheaper by as much.
        heard = np.array(whisper.encode(whisper.feature_extractor(samples)))
        tokens = [tokenizer.encode(text) for text in texts]
        found: dict[int, Likelihood] = {}
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))  # those of one call are padded to the longest
        for first in range(0, len(order), _AT_ONCE):
            some = order[first : first + _AT_ONCE]
            views = StorageView.from_array(np.repeat(heard, len(some), axis=0))
            # The alignment itself is not wanted: two frames and no filter keep it from costing anything.
            aligned = whisper.model.align(
                views, tokenizer.sot_sequence, [tokens[at] for at in some], [4] * len(some), median_filter_width=1
            )
            for at, one in zip(some, aligned, strict=True):
                each = np.log(np.maximum(one.text_token_probs, _LEAST))
                found[at] = Likelihood(float(each.sum()), len(each))
        return [found[at] for at in range(len(texts))]

    def _give_back(self) -> None:
        """Now and then, have glibc give back what is free: sounds of ever other lengths leave holes in its heaps."""
        if next(self._sounds) % _OFTEN == 0 and hasattr(_LIBC, "malloc_trim"):
            _LIBC.malloc_trim(0)


def _unpadded(features: Any) -> Any:
    """Return features as long as the sound is: padded to 30 s the engine writes the same, and takes longer."""
    heard = np.flatnonzero(features.any(axis=tuple(range(features.ndim - 1))))
    end = min((heard[-1] + 1 if len(heard) else 0) + _MARGIN, features.shape[-1]) // 2 * 2  # the model takes two as one
    return np.ascontiguousarray(features[..., :end])


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
