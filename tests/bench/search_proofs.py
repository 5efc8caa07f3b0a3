"""Whether search finds what it must: pieces against a plain scan, terms by their sound, any input at all."""

import random
import time
from collections import defaultdict
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from measure import Row
from search_talk import CLAUSES, PER_RECORDING, Shelf, sentence

from archive.catalogue import Searchable, Timed
from archive.glossary import load
from archive.search import Asked, SearchIndex
from archive.search.analyser import searched
from archive.search.pinyin import blur, read
from archive.tables import Recording

QUERIES = 10_000
FUZZED = 50_000


def recall(segments: int, scratch: Path) -> list[Row]:
    """Compare with a plain scan: every recording must be found, every sentence, and by a phrase nothing else."""
    shelf = Shelf(segments)
    index = SearchIndex(scratch / "index")
    index.follow(shelf)
    folded = [searched(text) for text in shelf.texts]
    ids = list(shelf.revisions())
    whole = ["".join(folded[n : n + PER_RECORDING]) for n in range(0, segments, PER_RECORDING)]
    draw = random.Random(11)  # noqa: S311 - the same queries every time
    missed = false = sentences = 0
    for number in range(QUERIES):
        text = draw.choice(folded)
        length = min(number % 4 + 1, len(text))
        start = draw.randrange(len(text) - length + 1)
        piece = text[start : start + length]
        wanted = {ids[n] for n, said in enumerate(whole) if piece in said}
        missed += len(wanted - {hit.recording_id for hit in ask(index, piece, len(ids), 0).hits})
        quoted = ask(index, f'"{piece}"', len(ids), 0)
        missed += len(wanted - {hit.recording_id for hit in quoted.hits})
        false += len({hit.recording_id for hit in quoted.hits if not named(hit, piece)} - wanted)
        hit = ask(index, f'"{piece}"', 1, PER_RECORDING * 2).hits[0]
        first = int(hit.recording_id[1:]) * PER_RECORDING
        here = {n * 3.0 for n, said in enumerate(folded[first : first + PER_RECORDING]) if piece in said}
        missed += len(here - {moment.start for moment in hit.moments})
        false += sum(piece not in searched(moment.text) for moment in hit.moments)
        sentences += len(here)
    figures = f"{QUERIES:,} pieces of 1–4 characters, {segments:,} segments, {sentences:,} sentences compared"
    return [
        Row("recordings and sentences missed", missed, "= 0", figures),
        Row("found by a phrase that does not stand there", false, "= 0", "the same queries in quotes"),
    ]


def ask(index: SearchIndex, query: str, limit: int, moments: int):
    return index.ask(Asked(query, limit=limit, moments=moments, facets=False))


def named(hit, piece: str) -> bool:
    """Whether it stands in what the recording is about."""
    about = (hit.title, *hit.speakers, hit.specialty, hit.procedure, hit.institution)
    return any(piece in searched(text) for text in about)


class OneTermEach:
    """A recording for each term, which is said in it once."""

    def __init__(self, terms: list[str], others: int) -> None:
        draw = random.Random(5)  # noqa: S311 - the same talk every time
        self.kept = {}
        for number, term in enumerate(terms):
            said = [sentence(draw) for _ in range(others)]
            said[others // 2] = f"这里我们说到{term}，大家看一下。"
            texts = [Timed(n * 3.0, n * 3.0 + 2.5, "segment", text) for n, text in enumerate(said)]
            self.kept[f"t{number}"] = Searchable(Recording(id=f"t{number}", title=f"第{number}讲"), texts)

    def revisions(self) -> dict[str, int]:
        return dict.fromkeys(self.kept, 1)

    def searchables(self, recording_ids):
        return [self.kept[each] for each in recording_ids]


def terms(segments: int, scratch: Path) -> list[Row]:
    """Look for terms as somebody writes them who knows only their sound."""
    draw = random.Random(3)  # noqa: S311 - the same terms every time
    known = [term.text for term in load().terms if term.text.isalpha() and not term.text.isascii()]
    known = [term for term in known if 2 <= len(term) <= 6 and not any(term in clause for clause in CLAUSES)]
    chosen = draw.sample(known, 100)
    index = SearchIndex(scratch / "index")
    index.follow(OneTermEach(chosen, segments // 100))
    rows = []
    for label, spell in (("homophones", homophone), ("pinyin", lambda term, _: "".join(read(term)))):
        lost = []
        for number, term in enumerate(chosen):
            query = spell(term, draw)
            best = [hit.recording_id for hit in index.search(query, limit=3)]
            if f"t{number}" not in best:
                lost.append(f"{term}←{query}")
        figures = f"{100 - len(lost)} of 100 in the first three of 100 recordings, {segments:,} segments"
        rows.append(Row(f"terms by {label}", (100 - len(lost)) / 95, "≥ 1", f"{figures}; not: {' '.join(lost) or '–'}"))
    return rows


_ALIKE: dict[str, list[str]] = defaultdict(list)


def homophone(term: str, draw: random.Random) -> str:
    """Return other common characters that sound the same, as somebody types who does not know the word."""
    if not _ALIKE:
        for high in range(0xB0, 0xD8):  # the 3,755 commonest characters of GB 2312
            for low in range(0xA1, 0xFF):
                character = bytes([high, low]).decode("gb2312", errors="ignore")
                if character:
                    _ALIKE[blur(read(character)[0])].append(character)
    found = []
    for character, syllable in zip(term, read(term), strict=True):
        alike = [other for other in _ALIKE[blur(syllable)] if other not in term]
        found.append(draw.choice(alike) if alike else character)
    return "".join(found)


def fuzz(segments: int, scratch: Path) -> list[Row]:
    """Ask anything that a keyboard, a clipboard or an attacker may send."""
    index = SearchIndex(scratch / "index")
    index.follow(Shelf(segments))
    took, busy = [], []

    def ask_anything(query: str) -> None:
        began, at_work = time.perf_counter(), time.thread_time()
        index.ask(Asked(query))
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.thread_time() - at_work) * 1000)

    anything = st.text(st.characters(exclude_categories=[]), max_size=40)
    syntax = st.text("胎心脐带的一是 \"“”*():-^~ctg13'\\/\0．年讲者", max_size=24)
    words = st.lists(
        st.sampled_from(["胎心", "-减速", "讲者:王", '"脐带', "shu", "13 mmHg", "year:", "CTG", "的"])
    ).map(" ".join)
    quietly = settings(
        max_examples=FUZZED, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    quietly(given(anything | syntax | words)(ask_anything))()
    took.sort()
    busy.sort()
    p99 = took[int(len(took) * 0.99)]
    figures = (
        f"{len(took):,} queries, none failed; p50 {took[len(took) // 2]:.2f}, p99 {p99:.2f}, most {took[-1]:.1f} ms"
    )
    figures += f" (of the processor's time p99 {busy[int(len(busy) * 0.99)]:.2f})"
    return [Row("any query, p99 ÷ 50 ms", p99 / 50, "≤ 1", f"{figures}; {segments:,} segments")]
