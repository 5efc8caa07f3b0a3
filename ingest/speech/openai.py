"""openai-whisper, the reference on PyTorch. The only module that imports `whisper`."""

import contextlib
import math
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.transcripts import Segment, Word
from ingest.speech.engine import OPENAI, Heard, Likelihood, Samples

# Before torch starts its threads: waiting ones spin, and beside ffmpeg that costs eight times the time.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


class OpenAIWhisper:
    """A `SpeechEngine`."""

    name = OPENAI
    at_once = 1

    def __init__(self, path: Path, model: str, *, threads: int, beam: int) -> None:
        import torch

        torch.set_num_threads(threads)
        self.model = model
        self._beam = beam
        self._seed = torch.manual_seed
        self._whisper = load(path, model)

    def detect(self, samples: Samples) -> Heard:
        import whisper

        mel = whisper.log_mel_spectrogram(
            whisper.pad_or_trim(samples), self._whisper.dims.n_mels, device=self._whisper.device
        )
        _tokens, probabilities = self._whisper.detect_language(mel)
        language = max(probabilities, key=probabilities.get)
        return Heard(str(language), float(probabilities[language]))

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        self._seed(0)  # the fall-back to a higher temperature draws lots
        found = self._whisper.transcribe(
            samples,
            language=language,
            beam_size=self._beam,
            initial_prompt=prompt,
            word_timestamps=True,
            condition_on_previous_text=False,  # carried over, one loop or invention breeds the next
            fp16=False,
            verbose=None,
        )
        return [_segment(segment) for segment in found["segments"]]

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        import torch
        import whisper
        from whisper.tokenizer import get_tokenizer

        model = self._whisper
        tokenizer = get_tokenizer(model.is_multilingual, language=language, task="transcribe")
        begin = [*tokenizer.sot_sequence_including_notimestamps]
        found = []
        with torch.no_grad():
            heard = _encoded(model.encoder, whisper.log_mel_spectrogram(samples, model.dims.n_mels))
            for text in texts:
                tokens = tokenizer.encode(text)
                said = model.decoder(torch.tensor([begin + tokens]), heard)[0, len(begin) - 1 : -1].log_softmax(dim=-1)
                each = said.gather(1, torch.tensor(tokens)[:, None])
                found.append(Likelihood(float(each.sum()), len(tokens)))
        return found


def _encoded(encoder: Any, mel: Any) -> Any:
    """What the encoder makes of a sound of any length; its own `forward` insists on 30 s."""
    from torch.nn.functional import gelu

    states = gelu(encoder.conv2(gelu(encoder.conv1(mel[None])))).permute(0, 2, 1)
    states = states + encoder.positional_embedding[: states.shape[1]]
    for block in encoder.blocks:
        states = block(states)
    return encoder.ln_post(states)


def _segment(found: Mapping[str, Any]) -> Segment:
    words = tuple(
        Word(
            max(0.0, float(word["start"])),
            max(0.0, float(word["start"]), float(word["end"])),
            word["word"],
            float(word["probability"]),
        )
        for word in found.get("words", ())
    )
    start = max(0.0, float(found["start"]))
    return Segment(
        start, max(start, float(found["end"])), found["text"], math.exp(min(0.0, found["avg_logprob"])), words
    )


def load(path: Path, model: str) -> Any:
    """Load a checkpoint strictly: every tensor there, none too many. By its path: by name its checksum is compared."""
    import whisper

    loaded = whisper.load_model(str(path), device="cpu")
    heads = whisper._ALIGNMENT_HEADS.get(model)  # loading by path leaves word times out
    if heads is not None:
        loaded.set_alignment_heads(heads)
    return loaded


def save(path: Path, dims: Mapping[str, int], tensors: Mapping[str, Any]) -> None:
    """Write a checkpoint from numpy arrays."""
    import torch

    state = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
    torch.save({"dims": dict(dims), "model_state_dict": state}, path)


def download(model: str, folder: Path, *, seconds: float) -> Path:
    """Fetch a checkpoint the way openai-whisper does, checksum included; give up after `seconds` of silence.

    Raises:
        OSError: the network does not give it.
        KeyError: there is no such model.
        RuntimeError: its checksum is wrong.
    """
    import whisper

    with _timeout(seconds):
        return Path(whisper._download(whisper._MODELS[model], str(folder), False))


@contextlib.contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
