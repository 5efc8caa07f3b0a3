"""How fast search answers, beside SQLite's FTS5 on the same sentences, in one run.

    python tests/bench/search.py [SEGMENTS]

Both answer the same queries: phrases of one to four Chinese characters that stand somewhere in the sentences. Ours
ranks recordings, groups their moments, asks who may see them and marks the words; FTS5 (bigrams, BM25) only returns
its 20 best rows with their texts. It cannot answer one character at all: those it answers with LIKE.
"""

import platform
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import tantivy

from archive.catalogue import Searchable
from archive.search import SearchIndex
from archive.search.analyser import fold
from archive.search.query import Questions
from archive.tables import Recording, Segment

PER_RECORDING = 500
QUERIES = 200
CLAUSES = re.findall(
    r"\S+",
    """
先排除脐带脱垂 再看胎心基线 正常胎心基线是每分钟一百一十次 中等变异提示没有酸中毒 晚期减速提示胎盘功能不足
立即改变体位并吸氧 注意看这里是输尿管 分离膀胱腹膜反折 钳夹切断子宫动脉 用超声刀止血 重点识别子痫前期
要警惕胎儿贫血 建立二氧化碳气腹 压力维持在十三毫米汞柱 患者取头低脚高位 呼吸衰竭要看血气分析 尽快联系上级医院
""",
)
COMMON = (
    "的一是了我不在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生会那后能对着事其里所去行过"
    "家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从"
)


class Shelf:
    """Recordings of made-up talk: clauses of medicine between common characters."""

    def __init__(self, segments: int) -> None:
        draw = random.Random(7)  # noqa: S311 - the same talk every time
        self.texts = [self._sentence(draw) for _ in range(segments)]

    @staticmethod
    def _sentence(draw: random.Random) -> str:
        talk = "".join(draw.choices(COMMON, k=draw.randint(4, 12)))
        return f"{talk}，{draw.choice(CLAUSES)}{''.join(draw.choices(COMMON, k=draw.randint(0, 6)))}。"

    def revisions(self) -> dict[str, int]:
        return {f"r{first // PER_RECORDING:06}": 1 for first in range(0, len(self.texts), PER_RECORDING)}

    def searchable(self, recording_id: str) -> Searchable:
        first = int(recording_id[1:]) * PER_RECORDING
        segments = [
            Segment(
                transcript_id="t", recording_id=recording_id, position=n, start=n * 3.0, end=n * 3.0 + 2.5, text=text
            )
            for n, text in enumerate(self.texts[first : first + PER_RECORDING])
        ]
        return Searchable(Recording(id=recording_id, title=f"第{first}讲 {CLAUSES[first % 17]}", revision=1), segments)


def bigrams(text: str) -> str:
    folded = fold(text)
    return " ".join(folded[n : n + 2] for n in range(len(folded) - 1) if folded[n : n + 2].isalnum())


class Fts5:
    """The other one: bigrams in FTS5, as a careful developer without us would do it."""

    def __init__(self, path: Path, texts: list[str]) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("CREATE TABLE segment (id INTEGER PRIMARY KEY, text TEXT)")
        self.connection.execute("CREATE VIRTUAL TABLE found USING fts5(pairs, content='')")
        self.connection.executemany("INSERT INTO segment VALUES (?, ?)", enumerate(texts))
        rows = ((n, bigrams(text)) for n, text in enumerate(texts))
        self.connection.executemany("INSERT INTO found(rowid, pairs) VALUES (?, ?)", rows)
        self.connection.execute("INSERT INTO found(found) VALUES ('optimize')")
        self.connection.commit()

    def search(self, query: str) -> list[str]:
        if len(query) == 1:
            sql, value = "SELECT text FROM segment WHERE text LIKE ? LIMIT 20", f"%{query}%"
        else:
            sql = "SELECT rowid FROM found WHERE pairs MATCH ? ORDER BY rank LIMIT 20"
            sql = f"SELECT text FROM segment WHERE id IN ({sql})"  # noqa: S608 - both are ours
            value = f'"{bigrams(query)}"'
        return [text for (text,) in self.connection.execute(sql, (value,))]


def queries(texts: list[str], length: int) -> Iterator[str]:
    draw = random.Random(length)  # noqa: S311 - the same queries every time
    while True:
        text = draw.choice(texts)
        start = draw.randrange(len(text) - length)
        if "，" not in text[start : start + length] and "。" not in text[start : start + length]:
            yield text[start : start + length]


def percentiles(search: Callable[[str], object], asked: list[str]) -> tuple[float, float]:
    """Return the 50th and 95th percentile in milliseconds."""
    for query in asked[:10]:
        search(query)
    took = []
    for query in asked:
        began = time.perf_counter()
        search(query)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.95)]


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def main(segments: int, scratch: Path) -> None:
    shelf = Shelf(segments)
    print(
        f"{segments:,} segments in {len(shelf.revisions()):,} recordings; {platform.processor() or platform.machine()}"
    )
    index = SearchIndex(scratch / "ours")
    began = time.perf_counter()
    index.follow(shelf)
    ours = time.perf_counter() - began
    (scratch / "fts5").mkdir()
    began = time.perf_counter()
    fts5 = Fts5(scratch / "fts5" / "db.sqlite", shelf.texts)
    theirs = time.perf_counter() - began
    for name, took in (("ours", ours), ("fts5", theirs)):
        each = size(scratch / name) / segments
        print(f"build {name:8} {took:7.1f} s {segments / took:10,.0f} segments/s {each:7.0f} bytes a segment")
    assert index.count() == len(shelf.revisions())
    snapshot = index._snapshot  # the bare engine's share
    assert snapshot is not None

    def bare(query: str) -> object:
        asked = Questions.of(query, snapshot.schema)
        return snapshot.index.searcher().search(asked.anything("text"), 20, count=False)

    def allowed(recording_id: str) -> bool:
        return recording_id[-1] != "3"

    print(
        f"{'':14}{'ours p50':>10}{'p95':>8}{'bare p50':>10}{'p95':>8}{'fts5 p50':>10}{'p95':>8}   ms; "
        "fts5 / ours p50, p95"
    )
    for label, length in (("1 character", 1), ("2 characters", 2), ("3 characters", 3), ("4 characters", 4)):
        draw = queries(shelf.texts, length)
        asked = [next(draw) for _ in range(QUERIES)]
        rows = [
            percentiles(lambda query: index.search(query, allowed=allowed), asked),
            percentiles(bare, asked),
            percentiles(fts5.search, asked),
        ]
        figures = "".join(f"{p50:10.2f}{p95:8.2f}" for p50, p95 in rows)
        print(f"{label:14}{figures}   {rows[2][0] / rows[0][0]:.2f} x, {rows[2][1] / rows[0][1]:.2f} x")
    for label, asked in (
        ("sound", ["期待脱锤", "書尿管", "胎新", "旁光", "吕痉"] * 20),
        ("pinyin", ["qidaituochui", "shuniaoguan", "taixin", "zigongdongmai"] * 25),
        ("two words", ["输尿管 膀胱", "第500讲 胎心", "胎心 基线", "脐带 的"] * 25),
    ):
        p50, p95 = percentiles(lambda query: index.search(query, allowed=allowed), asked)
        print(f"{label:14}{p50:10.2f}{p95:8.2f}")
    began = time.perf_counter()
    for _ in range(100):
        index.follow(shelf)
    print(f"follow, nothing changed: {(time.perf_counter() - began) * 10:.2f} ms")
    began = time.perf_counter()
    SearchIndex(scratch / "ours")
    print(f"open and check: {(time.perf_counter() - began) * 1000:.0f} ms")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB; tantivy {tantivy.__version__}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, Path(folder))
