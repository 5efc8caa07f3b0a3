"""How search holds to its bars, beside SQLite's FTS5 and PostgreSQL on the same sentences, in one run.

    python tests/bench/search.py [PART…] [--segments N]

    speed    1,000,000 segments: build, size, ranked answers with filters counted, suggestions, memory; the others
    alone    the same without the others (when asked for)
    recall   every piece of 1 to 4 characters against a plain scan, 10,000 random queries
    terms    100 terms of the glossary by homophones and by pinyin
    fuzz     50,000 queries of any Unicode (Hypothesis), 100,000 segments

All queries of `speed` are asked as a person who may see nine recordings of ten: ranked, a page of ten recordings, the
best five moments of each lit up, and all filters counted over all that answer.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import search_proofs
import tantivy
from measure import Row, table
from search_others import Fts5Bigrams, Fts5Trigrams, Postgres, PostgresLike
from search_talk import PER_RECORDING, Shelf, queries

from archive.search import Asked, SearchIndex, engine
from archive.search.query import parse
from archive.search.vocabulary import vocabulary

QUERIES = 200


@dataclass(frozen=True)
class Times:
    """Milliseconds of many queries: percentiles by the clock, and of the processor time of this thread."""

    p50: float
    p95: float
    busy: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}, p95 {self.p95:.2f} ms (of the processor's time {self.busy:.2f})"


def timed(search: Callable[[str], object], asked: Sequence[str]) -> Times:
    """Ask each query once, after a few to warm up."""
    for query in asked[:10]:
        search(query)
    took, busy = [], []
    for query in asked:
        began, at_work = time.perf_counter(), time.thread_time()
        search(query)
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.thread_time() - at_work) * 1000)
    took.sort()
    busy.sort()
    return Times(took[len(took) // 2], took[int(len(took) * 0.95)], busy[int(len(busy) * 0.95)])


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def build(directory: Path, shelf: Shelf, *, by_sound: bool) -> tuple[SearchIndex, float, float]:
    """Return an index, segments a second and bytes a segment."""
    index = SearchIndex(directory, by_sound=by_sound)
    began = time.perf_counter()
    index.follow(shelf)
    rate = len(shelf.texts) / (time.perf_counter() - began)
    assert index.count() == len(shelf.revisions())
    return index, rate, size(directory) / len(shelf.texts)


def speed(segments: int, scratch: Path, *, beside_others: bool = True) -> list[Row]:
    shelf = Shelf(segments)
    shown = f"{segments:,} segments in {len(shelf.revisions()):,} recordings"
    _, plain_rate, plain_size = build(scratch / "plain", shelf, by_sound=False)
    index, rate, full_size = build(scratch / "ours", shelf, by_sound=True)
    rows = [
        Row("build, segments/s ÷ 100,000", plain_rate / 1e5, "≥ 1", f"{plain_rate:,.0f}; with pinyin {rate:,.0f}"),
        Row("bytes a segment ÷ 200", plain_size / 200, "≤ 1", f"{plain_size:.0f}; with pinyin {full_size:.0f}"),
    ]
    allowed = frozenset(each for each in shelf.revisions() if each[-1] != "3")
    mixed = {
        length: [next(draw) for _ in range(QUERIES)]
        for length in range(1, 5)
        for draw in [queries(shelf.texts, length)]
    }
    everything = [query for asked in zip(*mixed.values(), strict=True) for query in asked]
    ours = timed(lambda query: index.ask(Asked(query, allowed)), everything)
    bare = timed(lambda query: engine_alone(index, query), everything)
    figures = f"{ours}; the bare engine {bare}"
    rows.append(Row(f"answer, 1–4 characters, p95 ÷ 10 ms; {shown}", ours.p95 / 10, "≤ 1", figures))
    longer = timed(lambda query: index.ask(Asked(query, allowed, limit=20)), everything)
    rows.append(Row("the same, a page of 20", longer.p95 / 10, "", str(longer)))
    for label, asked in [(f"{n} character{'s' * (n > 1)}", each) for n, each in mixed.items()] + OTHER_QUERIES:
        each = timed(lambda query: index.ask(Asked(query, allowed)), asked)
        alone = timed(lambda query: engine_alone(index, query), asked)
        rows.append(Row(f"answer, {label}", each.p95 / 10, "≤ 1", f"{each}; bare p95 {alone.p95:.2f}"))
    typing = timed(lambda typed: index.suggest(typed, allowed=allowed), TYPED)
    rows.append(Row("suggestions, p95 ÷ 10 ms", typing.p95 / 10, "≤ 1", str(typing)))
    rows.append(edit(index, shelf))
    memory = int(subprocess.check_output([sys.executable, __file__, "--memory", scratch / "ours"], text=True))
    rows.append(Row("memory with it open ÷ 300 MB", memory / 300, "≤ 1", f"{memory} MB above an empty one"))
    for other in (Fts5Bigrams, Fts5Trigrams, Postgres, PostgresLike) if beside_others else ():
        rows += beside(other, scratch, shelf, everything, ours)
    return rows


TYPED = [
    whole[:n]
    for whole in ("输尿管", "shuniaoguan", "sng", "胎心监护", "taixin", "第10讲", "zigong", "ctg")
    for n in range(1, len(whole) + 1)
] * 5
OTHER_QUERIES = [
    ("by sound", ["期待脱锤", "书尿管", "胎新", "旁光", "吕痉"] * 40),
    ("pinyin", ["qidaituochui", "shuniaoguan", "taixin", "zigongdongmai"] * 50),
    ("two words", ["输尿管 膀胱", "第500讲 胎心", "胎心 基线", "脐带 的"] * 50),
    ("synonyms, numbers, fields, questions", ["CTG", "13 mmHg", "专科:产科 脐带", "怎么看输尿管？", "胎心 -基线"] * 40),
    ("nothing found", ["量子纠缠", "xyzzy", "皋陶谟", "quantum entanglement"] * 50),
]


def engine_alone(index: SearchIndex, query: str) -> object:
    """Only what the library does: no permission, no counts, no texts, no moments."""
    snapshot = index._current()
    assert snapshot is not None
    asked = engine.ranked(parse(query, vocabulary()), snapshot.schema)
    return None if asked is None else snapshot.index.searcher().search(asked, 20, count=False)


def edit(index: SearchIndex, shelf: Shelf) -> Row:
    """How long after an edit it is found, beside the second after which the portal looks again."""
    revisions = shelf.revisions() | {"r000007": 2}
    changed = Shelf.__new__(Shelf)
    changed.texts = list(shelf.texts)
    changed.texts[7 * PER_RECORDING + 3] = "这一句刚刚改过来叫做饕餮"
    changed.revisions = lambda: revisions  # type: ignore[method-assign]
    began = time.perf_counter()
    index.follow(changed)
    assert index.search("饕餮")[0].recording_id == "r000007"
    took = time.perf_counter() - began
    return Row(
        "an edit is found, s ÷ 2", (took + 1) / 2, "≤ 1", f"{took * 1000:.0f} ms after the portal looks, every s"
    )


def beside(other: type, scratch: Path, shelf: Shelf, asked: Sequence[str], ours: Times) -> list[Row]:
    """Compare with another one: how much longer it takes for the same queries, and how many it can answer at all."""
    directory = scratch / other.__name__
    directory.mkdir()
    began = time.perf_counter()
    them = other(directory, shelf.texts)
    try:
        built = len(shelf.texts) / (time.perf_counter() - began)
        each = size(directory) / len(shelf.texts)
        asked = asked[:: other.every]
        answered = sum(any(query in text for text in them.search(query)) for query in asked) / len(asked)
        theirs = timed(them.search, asked)
    finally:
        them.close()
    figures = f"{theirs}; finds something for {answered:.0%} of the queries, we for 100 %; "
    figures += f"built {built:,.0f} segments/s, {each:.0f} bytes a segment"
    return [Row(f"{other.name} p95 ÷ ours", theirs.p95 / ours.p95, "≥ 2", figures)]


def memory(directory: Path) -> int:
    """Return by how many megabytes a process grows that opens an index and answers from it."""

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * 4096 // 1_000_000

    empty = SearchIndex(directory.with_name("empty"))
    empty.search("胎心 taixin")
    before = resident()
    index = SearchIndex(directory)
    shelf = Shelf(PER_RECORDING * 4)
    for length in range(1, 5):
        draw = queries(shelf.texts, length)
        for _ in range(250):
            index.ask(Asked(next(draw)))
    return resident() - before


def alone(segments: int, scratch: Path) -> list[Row]:
    """Only ours."""
    return speed(segments, scratch, beside_others=False)


PARTS: dict[str, Callable[[int, Path], list[Row]]] = {
    "speed": speed,
    "alone": alone,
    "recall": search_proofs.recall,
    "terms": search_proofs.terms,
    "fuzz": search_proofs.fuzz,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--segments", type=int, default=0, help="as many instead of those that the bars speak of")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        print(memory(arguments.memory))
        return
    print(f"{platform.processor() or platform.machine()}; tantivy {tantivy.__version__}")
    sizes = {"speed": 1_000_000, "alone": 1_000_000, "recall": 20_000, "terms": 20_000, "fuzz": 100_000}
    for part in arguments.parts or [each for each in PARTS if each != "alone"]:
        with tempfile.TemporaryDirectory() as folder:
            print(f"\n{part}\n{table(PARTS[part](arguments.segments or sizes[part], Path(folder)))}", flush=True)


if __name__ == "__main__":
    main()
