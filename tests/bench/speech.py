"""How well speech is written down: errors, terms, text in silence, speed, memory.

    SHIJIAO_MODELS=… OMP_WAIT_POLICY=passive python tests/bench/speech.py [SAMPLES] [--noise SECONDS] [--only NAME…]

SAMPLES holds `made/` and `speech/`; without it, the folder beside this project that other benches read. Each way runs
on each file in a process of its own, so that memory is its own; run it alone on the machine. Prints a markdown table.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from archive.glossary import load
from archive.transcripts import Transcript
from ingest.speech.engine import SAMPLE_RATE
from ingest.speech.tidy import simplify
from ingest.steps import audio, glossary, probe, transcribe
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "samples"
WAYS = {
    "openai-whisper as it comes": ("openai-whisper", False),
    "faster-whisper as it comes": ("faster-whisper", False),
    "our step, openai-whisper": ("openai-whisper", True),
    "our step, faster-whisper": ("faster-whisper", True),
}
# The terms in the reference texts, marked by hand and not by the glossary.
NARRATIONS = {
    "lecture_fetal_monitoring.mp4": (
        "电子胎心监护与母体并发症的识别",
        """电子胎心监护 母体 并发症 胎心基线 胎心基线 基线变异 胎儿 中等变异 胎儿 酸中毒 晚期减速 胎盘功能 体位 吸氧
        变异减速 脐带受压 脐带脱垂 正弦波 胎儿 贫血 母体 并发症 子痫前期 胎盘早剥 血压 头痛 视物模糊 硫酸镁 子痫
        胎心监护 临床""",
    ),
    "operation_hysterectomy_narration.flac": (
        "腹腔镜下全子宫切除术",
        """腹腔镜 全子宫切除 膀胱截石位 气腹 毫米汞柱 举宫器 盆腔 子宫 凝切 圆韧带 阔韧带 前叶 膀胱 宫颈 膀胱 输尿管
        子宫动脉 子宫动脉 裸化 血管 凝切 出血 压迫 电凝 阴道穹隆 阴道 标本 连续缝合 阴道残端 活动性出血""",
    ),
}
GENERAL = {
    "zh_wenet_aishell_W0121.wav": "广州市房地产中介协会分析",
    "zh_funasr_asr_example.wav": "欢迎大家来体验达摩院推出的语音识别模型",
}
SPECIALTY = "妇产科"


def plain(text: str) -> str:
    return re.sub(r"[\W_]", "", simplify(text))


def distance(reference: str, text: str) -> int:
    row = list(range(len(text) + 1))
    for i, wanted in enumerate(reference, 1):
        row, above = [i], row
        for j, got in enumerate(text, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != got)))
    return row[-1]


def sound_of(source: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    media = probe.probe(source, name=source.name)
    audio.run({"source": source}, folder, audio.Recipe(media=media), Silent())
    return folder / audio.FILE


def noises(folder: Path, seconds: int) -> list[Path]:
    """Room noise, suction, music and silence, `seconds` together."""
    import wave

    lots, count = np.random.default_rng(3), seconds // 4 * SAMPLE_RATE
    at = np.arange(count) / SAMPLE_RATE
    tune = np.repeat(220 * 2 ** (lots.integers(0, 24, count // 4000 + 1) / 12), 4000)[:count]
    made = {
        "silence": np.zeros(count),
        "room": np.convolve(lots.normal(0, 0.5, count), np.ones(400) / 400, "same") + lots.normal(0, 0.003, count),
        "suction": np.diff(lots.normal(0, 0.2, count + 1)) * (0.4 + 0.6 * (np.sin(2 * np.pi * 0.3 * at) > 0)),
        "music": sum(0.2 / n * np.sin(2 * np.pi * np.cumsum(n * tune) / SAMPLE_RATE) for n in (1, 2, 3)),
    }
    for name, samples in made.items():
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return [folder / f"{name}.wav" for name in made]


def one(way: str, sound: Path, models: Path, title: str) -> dict[str, Any]:
    """Run one way on one file, in this process: {text, changes, seconds, peak} (bytes)."""
    engine, ours = WAYS[way]
    changes: list[str] = []
    began = time.monotonic()
    if ours:
        with tempfile.TemporaryDirectory() as folder:
            recipe = transcribe.Recipe(engine=engine)
            transcribe.run({"audio": sound}, Path(folder), recipe, Silent(), models=models)
            terms = load()
            checked = glossary.Recipe(digest=terms.digest, title=title, specialty=SPECIALTY if title else "")
            inputs = {"transcript": Path(folder) / transcribe.FILE, "audio": sound}
            glossary.run(inputs, Path(folder), checked, Silent(), glossary=terms, models=models)
            made = Transcript.from_json((Path(folder) / glossary.FILE).read_text(encoding="utf-8"))
        text = "".join(segment.text for segment in made.segments)
        changes = [change["after"] for change in made.settings["changes"]]
    else:
        text = _openai(sound, models) if engine == "openai-whisper" else _faster(sound, models)
    took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"text": text, "changes": changes, "seconds": took, "peak": peak}


def _openai(sound: Path, models: Path) -> str:
    """As its command line runs it: a beam of 5, what was said before carried over."""
    from ingest.speech import openai, voice

    samples = np.concatenate(list(voice.read(sound)))
    found = openai.load(models / "base" / "openai.pt", "base").transcribe(
        samples, language="zh", beam_size=5, best_of=5, fp16=False, verbose=None
    )
    return str(found["text"])


def _faster(sound: Path, models: Path) -> str:
    from faster_whisper import WhisperModel

    model = WhisperModel(str(models / "base" / "ct2"), device="cpu", compute_type="int8", cpu_threads=2)
    return "".join(segment.text for segment in model.transcribe(str(sound), language="zh", beam_size=5)[0])


def apart(way: str, sound: Path, title: str) -> dict[str, Any]:
    """`one` in a process of its own."""
    command = [sys.executable, __file__, "--one", way, str(sound), title]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def seconds_of(sound: Path) -> float:
    import av

    with av.open(str(sound)) as container:
        stream = container.streams.audio[0]
        return float((stream.duration or 0) * (stream.time_base or 0))


def row(way: str, sounds: dict[str, Path], references: dict[str, str], quiet: list[Path]) -> str:
    errors: dict[bool, list[int]] = {True: [0, 0], False: [0, 0]}
    hits = terms = right = changes = 0
    spoken = took = peak = 0.0
    for name, sound in sounds.items():
        title, marked = NARRATIONS.get(name, ("", ""))
        made = apart(way, sound, title)
        text, reference = plain(made["text"]), plain(references[name])
        errors[bool(title)][0] += distance(reference, text)
        errors[bool(title)][1] += len(reference)
        wanted = Counter(marked.split())
        hits += sum(min(count, text.count(term)) for term, count in wanted.items())
        terms += wanted.total()
        right += sum(change in reference for change in made["changes"])
        changes += len(made["changes"])
        spoken, took, peak = spoken + seconds_of(sound), took + made["seconds"], max(peak, made["peak"])
    invented = sum(len(plain(apart(way, sound, "")["text"])) for sound in quiet)
    rates = [errors[kind][0] / max(1, errors[kind][1]) for kind in (True, False)]
    precision = f"{right / changes:.2f} of {changes}" if changes else "–"
    figures = [f"{rates[0]:.3f}", f"{rates[1]:.3f}", f"{hits / max(1, terms):.2f}", precision]
    figures += [str(invented), f"{spoken / took:.1f}×", f"{peak / 1e6:.0f} MB"]
    return "| " + " | ".join([way, *figures]) + " |"


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        way, sound, title = sys.argv[2:5]
        print(json.dumps(one(way, Path(sound), Path(os.environ.get("SHIJIAO_MODELS", ROOT / "var" / "models")), title)))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--noise", type=int, default=600, help="seconds without speech")
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS))
    chosen = parser.parse_args()
    if not (chosen.samples / "made").is_dir():
        print(f"skipped: there are no samples in {chosen.samples}")
        return
    references = dict(GENERAL)
    for name in NARRATIONS:
        parts = json.loads((chosen.samples / "made" / f"{Path(name).stem}.json").read_text(encoding="utf-8"))[
            "segments"
        ]
        references[name] = "".join(part["text"] for part in parts)
    print("| way | CER narrations | CER general | terms | right changes | text without speech | speed | peak |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        places = {name: chosen.samples / ("made" if name in NARRATIONS else "speech") / name for name in references}
        sounds = {name: sound_of(place, Path(folder) / name) for name, place in places.items()}
        quiet = noises(Path(folder), chosen.noise) if chosen.noise else []
        for way in chosen.only:
            print(row(way, sounds, references, quiet), flush=True)


if __name__ == "__main__":
    main()
