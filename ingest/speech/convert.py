"""A Whisper model of CTranslate2 as an openai-whisper checkpoint: the same tensors under other names."""

import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_FLOATS: dict[int, Any] = {0: np.float32, 4: np.float16}
_HEAD = 64  # width of one attention head in every Whisper model


def read_ct2(path: Path) -> dict[str, NDArray[Any]]:
    """Return the float tensors of a CTranslate2 model.bin, by name.

    Raises:
        ValueError: it is not a Whisper model in that format.
    """
    with path.open("rb") as file:
        _number(file, "<I")  # of the file's format
        spec = _text(file)
        if spec != "WhisperSpec":
            raise ValueError(f"it holds a {spec}, not a Whisper model")
        _number(file, "<I")  # the specification's revision
        count = _number(file, "<I")
        tensors: dict[str, NDArray[Any]] = {}
        for _ in range(count):
            name = _text(file)
            rank = _number(file, "<B")
            shape = struct.unpack(f"<{rank}I", file.read(4 * rank))
            kind, length = _number(file, "<B"), _number(file, "<I")
            raw = file.read(length)
            if rank and kind in _FLOATS:
                tensors[name] = np.frombuffer(raw, _FLOATS[kind]).reshape(shape).copy()
        return tensors


def _number(file: IO[bytes], form: str) -> int:
    return int(struct.unpack(form, file.read(struct.calcsize(form)))[0])


def _text(file: IO[bytes]) -> str:
    return file.read(_number(file, "<H")).rstrip(b"\0").decode()


def to_openai(tensors: dict[str, NDArray[Any]]) -> tuple[dict[str, int], dict[str, NDArray[Any]]]:
    """Return the dimensions and the state dict that openai-whisper loads.

    CTranslate2 fuses query, key and value of self-attention into one tensor, key and value of cross-attention into
    another, and gives the key a bias of zeros, which openai-whisper does not have.
    """
    state = {
        "encoder.positional_embedding": tensors["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": tensors["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": tensors["decoder/embeddings/weight"],
    }
    for layer in ("conv1", "conv2"):
        _put(state, f"encoder.{layer}", tensors[f"encoder/{layer}/weight"], tensors[f"encoder/{layer}/bias"])
    _norm(state, "encoder.ln_post", tensors, "encoder/layer_norm")
    _norm(state, "decoder.ln", tensors, "decoder/layer_norm")
    layers = {side: _count(tensors, side) for side in ("encoder", "decoder")}
    for side, count in layers.items():
        for number in range(count):
            _block(state, f"{side}.blocks.{number}", tensors, f"{side}/layer_{number}")
    width = state["encoder.positional_embedding"].shape[1]
    dims = {
        "n_mels": tensors["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": state["encoder.positional_embedding"].shape[0],
        "n_audio_state": width,
        "n_audio_head": width // _HEAD,
        "n_audio_layer": layers["encoder"],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_text_ctx": state["decoder.positional_embedding"].shape[0],
        "n_text_state": width,
        "n_text_head": width // _HEAD,
        "n_text_layer": layers["decoder"],
    }
    return dims, state


def _count(tensors: dict[str, NDArray[Any]], side: str) -> int:
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/bias") for name in tensors)


def _put(state: dict[str, NDArray[Any]], name: str, weight: NDArray[Any], bias: NDArray[Any] | None) -> None:
    state[f"{name}.weight"] = weight
    if bias is not None:
        state[f"{name}.bias"] = bias


def _norm(state: dict[str, NDArray[Any]], name: str, tensors: dict[str, NDArray[Any]], ours: str) -> None:
    _put(state, name, tensors[f"{ours}/gamma"], tensors[f"{ours}/beta"])


def _block(state: dict[str, NDArray[Any]], name: str, tensors: dict[str, NDArray[Any]], ours: str) -> None:
    def linear(part: str) -> tuple[NDArray[Any], NDArray[Any]]:
        return tensors[f"{ours}/{part}/weight"], tensors[f"{ours}/{part}/bias"]

    def attention(theirs: str, part: str, fused: list[tuple[list[str], str]], out: str) -> None:
        for names, source in fused:
            weight, bias = linear(f"{part}/{source}")
            pieces = zip(names, np.split(weight, len(names)), np.split(bias, len(names)), strict=True)
            for piece, weight_piece, bias_piece in pieces:
                _put(state, f"{name}.{theirs}.{piece}", weight_piece, None if piece == "key" else bias_piece)
        _put(state, f"{name}.{theirs}.out", *linear(f"{part}/{out}"))
        _norm(state, f"{name}.{theirs}_ln", tensors, f"{ours}/{part}/layer_norm")

    attention("attn", "self_attention", [(["query", "key", "value"], "linear_0")], "linear_1")
    if f"{ours}/attention/linear_0/weight" in tensors:
        attention("cross_attn", "attention", [(["query"], "linear_0"), (["key", "value"], "linear_1")], "linear_2")
    _put(state, f"{name}.mlp.0", *linear("ffn/linear_0"))
    _put(state, f"{name}.mlp.2", *linear("ffn/linear_1"))
    _norm(state, f"{name}.mlp_ln", tensors, f"{ours}/ffn/layer_norm")
