"""Search by meaning: what it finds, how fast texts become vectors, and how fast the nearest of many are found.

    python tests/bench/search_meaning.py [found|speed…] [--vectors 100000 1000000]

found    questions with the sentence that answers each, among all of these sentences, and questions that none answers,
         of `meaning.tsv`: at which similarity how many are answered
speed    the vectors of the large sets are random ones, written and read as real ones are; a query's own is the real
         model's
"""

import argparse
import csv
import json
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from archive.search import meaning
from archive.search.vectors import Vectors
from archive.searchable import Searchable, Timed
from archive.tables import Recording

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NARRATIONS = Path(__file__).with_name("narrations")
QUESTIONS = Path(__file__).with_name("meaning.tsv")
EACH = 200  # texts of a recording
QUERIES = (
    "how do I avoid injuring the ureter",
    "胎儿缺氧怎么办",
    "closing the vaginal cuff",
    "输尿管",
    "产后出血怎么处理",
)


class Many:
    """A catalogue of so many recordings."""

    def __init__(self, number: int) -> None:
        self.number = number

    def revisions(self) -> dict[str, int]:
        return {f"r{number:07}": 1 for number in range(self.number)}

    def searchables(self, recording_ids: Sequence[str]) -> Iterable[Searchable]:
        for recording_id in recording_ids:
            texts = [Timed(float(n), n + 1.0, "segment", "术") for n in range(EACH)]
            yield Searchable(Recording(id=recording_id, title=""), texts)


class Random(meaning.Encoder):
    """The real model for queries; for texts random unit vectors, which are quicker made."""

    def __init__(self) -> None:
        super().__init__()
        self._random = np.random.default_rng(1)

    def texts(self, texts: Sequence[str]) -> meaning.Vectors32:
        made = self._random.standard_normal((len(texts), meaning.DIMENSIONS), np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)


def resident() -> tuple[int, int]:
    """Return MB of this process's memory: its own, and of files that are mapped."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    own, mapped = (int(told[name].split()[0]) // 1024 for name in ("RssAnon", "RssFile"))
    return own, mapped


def speed_of_texts() -> None:
    texts = [
        segment["text"]
        for path in SAMPLES.glob("*.json")
        for segment in json.loads(path.read_text(encoding="utf-8"))["segments"]
    ]
    encoder = meaning.encoder()
    encoder.texts(texts)
    begun = time.perf_counter()
    for _ in range(10):
        encoder.texts(texts)
    spent = time.perf_counter() - begun
    letters = sum(map(len, texts)) / len(texts)
    print(f"embedding: {10 * len(texts) / spent:.0f} texts/s of {letters:.0f} characters on one thread")


def nearest(folder: Path, number: int) -> None:
    vectors = Vectors(folder / str(number))
    many = Many(number // EACH)
    before = resident()
    begun = time.perf_counter()
    vectors.follow(many)
    print(f"\n{number:,} vectors: written in {time.perf_counter() - begun:.1f} s, {number * 385 / 1e6:.0f} MB on disk")
    revisions = many.revisions()
    times: dict[str, list[float]] = {"model": [], "all": []}
    for query in QUERIES * 6:
        begun = time.perf_counter()
        meaning.encoder().query(query)
        times["model"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        vectors.nearest(query, revisions, limit=10, texts=20, least=-1.0, spread=0.03)
        times["all"].append(time.perf_counter() - begun)
    half = dict(list(revisions.items())[::2])
    begun = time.perf_counter()
    vectors.nearest(QUERIES[0], half, limit=10, texts=20, least=-1.0, spread=0.03)
    apart = time.perf_counter() - begun
    p95 = sorted(times["all"])[int(len(times["all"]) * 0.95)]
    print(
        f"query: p50 {statistics.median(times['all']) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"of which the model {statistics.median(times['model']) * 1000:.0f} ms; "
        f"every other recording allowed: {apart * 1000:.0f} ms"
    )
    own, mapped = (after - earlier for after, earlier in zip(resident(), before, strict=True))
    print(f"memory: {own} MB of its own more, {mapped} MB mapped (the system takes these back when it needs them)")


class Sentences:
    """A catalogue of sentences, each a recording of its own."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def revisions(self) -> dict[str, int]:
        return {str(number): 1 for number in range(len(self.texts))}

    def searchables(self, recording_ids: Sequence[str]) -> Iterable[Searchable]:
        for recording_id in recording_ids:
            text = self.texts[int(recording_id)]
            yield Searchable(Recording(id=recording_id, title=""), [Timed(0.0, 1.0, "segment", text)])


def found(folder: Path) -> None:
    """Tell, for several least similarities, how many questions find their answer, and how many find what is none."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    pairs = [row for row in rows if len(row) == 2]
    unanswerable = [row[0] for row in rows if len(row) == 1]
    others = [line.strip() for path in sorted(NARRATIONS.glob("*.txt")) for line in path.open(encoding="utf-8")]
    others = [re.sub(r"[\[\]]", "", line) for line in others if line and not line.startswith("#")]
    sentences = Sentences([passage for _, passage in pairs] + others)
    vectors = Vectors(folder / "found")
    vectors.follow(sentences)

    def near(question: str) -> dict[str, float]:
        told = vectors.nearest(question, sentences.revisions(), limit=10, texts=1, least=-1.0, spread=0.0)
        return {each.recording_id: each.similarity for each in told}

    answers = [near(question) for question, _ in pairs]
    empty = [max(near(question).values()) for question in unanswerable]
    total = len(sentences.texts)
    print(f"{len(pairs)} questions, {total} sentences; {len(unanswerable)} questions that none answers")
    print("least | answer first | among three | among ten | unanswerable that find something")
    for least in (0.0, 0.78, 0.785, 0.79, 0.795, 0.8, 0.805, 0.81, 0.82, 0.83):
        ranks = [
            next((rank for rank, (each, score) in enumerate(told.items()) if each == str(n) and score >= least), 99)
            for n, told in enumerate(answers)
        ]
        shares = [sum(rank < most for rank in ranks) for most in (1, 3, 10)]
        print(f"{least:.3f} | {' | '.join(map(str, shares))} | {sum(score >= least for score in empty)}")


def speed(folder: Path, numbers: Sequence[int]) -> None:
    speed_of_texts()
    made = Random()
    meaning.encoder = lambda: made  # type: ignore[assignment,return-value]
    for number in numbers:
        nearest(folder, number)


def main() -> None:
    if not meaning.installed():
        sys.exit("search by meaning is not installed: pip install 'shijiao[semantic]'")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=["found", "speed", []], default=["found", "speed"])
    parser.add_argument("--vectors", type=int, nargs="*", default=[100_000, 1_000_000])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if "found" in chosen.parts:
            found(Path(folder))
        if "speed" in chosen.parts:
            speed(Path(folder), chosen.vectors)
    print(f"\npeak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
