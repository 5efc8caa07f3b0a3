"""The protocol that both speech engines keep to, and the choice between them."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from archive.transcripts import Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

SAMPLE_RATE = 16000
FASTER = "faster-whisper"
OPENAI = "openai-whisper"


class Heard(NamedTuple):
    """A language as ISO 639-1, and how sure the engine is of it, from 0 to 1."""

    language: str
    probability: float


class Likelihood(NamedTuple):
    """How likely a text is: the logarithm of its probability, and how many tokens the engine needs to write it."""

    logarithm: float
    tokens: int


class SpeechEngine(Protocol):
    """Writes down one cut of at most 30 s. Samples are float32 from -1 to 1, 16 kHz, one channel."""

    name: str
    model: str
    at_once: int
    """How many cuts it takes at the same time, each from a thread of its own."""

    def detect(self, samples: Samples) -> Heard:
        """Return the language that is spoken."""

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        """Return what was said, with word times, in seconds from the beginning of the cut. Same cut, same words."""

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        """Return how likely it is, for each text, that these samples begin with it."""


def chosen(engine: str) -> str:
    """Return the engine that a setting means: `auto` is faster-whisper, by far the faster on a CPU."""
    return FASTER if engine == "auto" else engine


def engine_for(engine: str, model: str, models: Path, *, threads: int, beam: int = 5) -> SpeechEngine:
    """Load an engine: "auto", "faster-whisper" or "openai-whisper". The last one stays: the next step wants it again.

    Raises:
        ModelMissing: the model's weights for this engine are not in the folder `models`.
    """
    from ingest.speech import weights

    name = chosen(engine)
    path = weights.locate(models, model, name)
    return _loaded(name, path, path.stat().st_mtime_ns, model, threads, beam)


@functools.lru_cache(maxsize=1)
def _loaded(name: str, path: Path, _written: int, model: str, threads: int, beam: int) -> SpeechEngine:
    if name == OPENAI:
        from ingest.speech.openai import OpenAIWhisper

        return OpenAIWhisper(path, model, threads=threads, beam=beam)
    from ingest.speech.faster import FasterWhisper

    return FasterWhisper(path, model, threads=threads, beam=beam)
