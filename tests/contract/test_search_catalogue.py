"""Search on a real catalogue, on SQLite and on a real PostgreSQL: what is indexed, who may find it, what was missed."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from databases import KINDS, database_url

from archive import database, misses
from archive.access import LOCAL, findable
from archive.catalogue import Catalogue, Searchable, Timed
from archive.learning import Marks
from archive.learning.tables import Mark, MarkKind
from archive.search import Answer, Asked, SearchIndex
from archive.search.files import current
from archive.settings import Settings
from archive.tables import Chapter, ChapterOrigin, Institution, Recording, Source, State
from archive.transcripts import Segment, Transcript


@pytest.fixture(params=KINDS, scope="module")
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("home")
    with database_url(request.param, home) as url:
        yield Settings(home=home, database_url=url, _env_file=None)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    engine = database.connect(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def catalogue(engine: sa.Engine) -> Catalogue:
    return Catalogue(engine)


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return SearchIndex(tmp_path / "search")


def put(catalogue: Catalogue, *texts: str, title: str = "手术", **about: object) -> str:
    recording = Recording(title=title, state=State.IN_REVIEW, **about)
    catalogue.add(recording, [Source(recording_id=recording.id, name="a.mp4")])
    said = tuple(Segment(n, n + 1, text) for n, text in enumerate(texts))
    catalogue.put_transcript(recording.id, Transcript("zh", said), path="transcripts/zh.json")
    return recording.id


def test_what_is_searched_of_a_recording(catalogue: Catalogue, engine: sa.Engine) -> None:
    with sa.orm.Session(engine) as session, session.begin():
        session.add(Institution(id="h", name="县人民医院"))
    ids = [put(catalogue, "听写的一句", "第二句", title=f"第{n}台", institution_id="h") for n in range(3)]
    edited = Transcript("zh", (Segment(5, 6.5, "改正的一句"),), origin="edited")
    catalogue.put_transcript(ids[1], edited, path="transcripts/zh-edited.json")
    catalogue.put_transcript(
        ids[1], Transcript("en", (Segment(5, 6, "put right"),), origin="imported"), path="transcripts/en.json"
    )
    for origin, title in ((ChapterOrigin.SUGGESTED, "建议的"), (ChapterOrigin.EDITED, "定下的")):
        chapter = Chapter(recording_id=ids[1], origin=origin, position=0, start=4, end=None, title=title)
        catalogue.put_chapters(ids[1], [chapter], origin=origin)
    with sa.orm.Session(engine) as session, session.begin():
        for kind, text in ((MarkKind.NOTE, "我自己的"), (MarkKind.QUESTION, "为什么"), (MarkKind.BOOKMARK, "")):
            session.add(Mark(recording_id=ids[1], kind=kind, author_id="m", start=3, text=text))
    found = {each.recording.id: each for each in catalogue.searchables([*ids, "gone"])}
    assert set(found) == set(ids)
    assert {each.institution for each in found.values()} == {"县人民医院"}
    assert [text.text for text in found[ids[0]].texts] == ["听写的一句", "第二句"]
    assert list(found[ids[1]].texts) == [
        Timed(5, 6.5, "segment", "改正的一句", "zh"),
        Timed(5, 6, "segment", "put right", "en"),
        Timed(4, 4, "chapter", "定下的"),
        Timed(3, 3, "mark", "为什么"),
    ]


def test_a_teaching_point_is_found_as_long_as_it_stands(
    catalogue: Catalogue, engine: sa.Engine, index: SearchIndex
) -> None:
    recording_id = put(catalogue, "别的话")
    index.follow(catalogue)
    marks, ocfl = Marks(engine), cast(Any, SimpleNamespace(exists=lambda _: False))  # it still arrives
    point = Mark(recording_id=recording_id, kind=MarkKind.TEACHING_POINT, author_id="t", start=31.5, text="避开饕餮窝")
    marks.write(ocfl, point)
    index.follow(catalogue)
    (hit,) = index.search("饕餮")
    assert (hit.recording_id, hit.moments[0].start, hit.moments[0].kind) == (recording_id, 31.5, "mark")
    marks.erase(ocfl, point)
    index.follow(catalogue)
    assert index.search("饕餮") == []


def test_an_edit_is_found_and_a_withdrawal_is_found_by_nobody(
    catalogue: Catalogue, index: SearchIndex, tmp_path: Path
) -> None:
    recording_id = put(catalogue, "这里有饕餮")
    elsewhere = SearchIndex(tmp_path / "elsewhere")  # another host
    for each in (index, elsewhere):
        each.follow(catalogue)
        assert [hit.recording_id for hit in each.search("饕餮")] == [recording_id]
    edited = Transcript("zh", (Segment(0, 1, "这里是貔貅"),), origin="edited")
    catalogue.put_transcript(recording_id, edited, path="transcripts/zh.json")
    index.follow(catalogue)
    assert (len(index.search("貔貅")), index.search("饕餮")) == (1, [])
    catalogue.change(recording_id, state=State.WITHDRAWN)
    index.forget(recording_id)
    assert index.search("貔貅") == []
    assert elsewhere.search("饕餮") != [], "it has not followed yet"
    assert elsewhere.ask(Asked("饕餮", findable(LOCAL, catalogue))) == Answer(
        facets=dict.fromkeys(elsewhere.ask(Asked("饕餮", set())).facets, ()), also=(), instead=()
    )
    assert (index.follow(catalogue), elsewhere.follow(catalogue), elsewhere.search("饕餮")) == (0, 1, [])


def test_who_may_find_what_is_asked_of_the_catalogue_as_it_stands(catalogue: Catalogue) -> None:
    recording_id = put(catalogue, "一")
    assert recording_id in findable(LOCAL, catalogue)
    other = Catalogue(catalogue.engine)
    assert recording_id in findable(LOCAL, other)
    other.change(recording_id, state=State.WITHDRAWN)
    assert recording_id not in findable(LOCAL, catalogue)
    other.change(recording_id, state=State.IN_REVIEW)
    assert recording_id in findable(LOCAL, catalogue)
    other.remove(recording_id)
    assert recording_id not in findable(LOCAL, catalogue)


def test_when_nothing_changed_two_numbers_are_asked_for(catalogue: Catalogue, engine: sa.Engine) -> None:
    put(catalogue, "一")
    findable(LOCAL, catalogue)
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    findable(LOCAL, catalogue)
    assert len(asked) == 1
    assert "count(" in asked[0]


def test_what_was_looked_for_and_not_found_is_remembered(
    catalogue: Catalogue, engine: sa.Engine, index: SearchIndex
) -> None:
    put(catalogue, "先排除脐带脱垂")
    index.follow(catalogue)
    for query in ("达芬奇机器人", "達芬奇機器人 ", "脐带", "子宫脱出？", "达芬奇机器人", "", "  "):
        misses.note(engine, query, index.ask(Asked(query)))
    missed = misses.most(engine)
    assert [(each.query, each.count) for each in missed] == [("达芬奇机器人", 3), ("子宫脱出?", 1)]
    assert missed[0].last_at > missed[1].last_at
    assert misses.most(engine, 1) == missed[:1]


def test_only_so_many_misses_are_kept(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misses, "MOST", 20)
    for n in range(30):
        for _ in range(1 + (n == 0)):
            misses.note(engine, f"没有{n}", Answer())
    kept = misses.most(engine, 100)
    assert len(kept) <= 21
    assert kept[0].query in ("没有0", "达芬奇机器人")
    assert {"没有0", "没有29"} <= {each.query for each in kept}


class Slow(Catalogue):
    """A catalogue of which an index can be made only when `go` says so; what is asked meanwhile is answered."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        self.go, self.reached = threading.Event(), threading.Event()

    def searchables(self, recording_ids: Sequence[str]) -> list[Searchable]:
        if threading.current_thread() is not threading.main_thread():
            self.reached.set()
            self.go.wait(30)
        return super().searchables(recording_ids)


def damage(directory: Path, how: str) -> None:
    folder = current(directory)
    assert folder is not None
    if how == "old format":
        (folder / "FORMAT").write_text("shijiao.search/2 tantivy/0.25", encoding="utf-8")
        (folder / "meta.json").write_text("{}", encoding="utf-8")
    for path in folder.glob("*.store") if how == "corrupt" else ():
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 0xFF
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["old format", "corrupt", "gone"])
def test_while_the_index_is_made_anew_the_catalogue_answers(
    catalogue: Catalogue, engine: sa.Engine, tmp_path: Path, how: str
) -> None:
    said = put(catalogue, "先排除獬豸脱垂", "立即吸氧", title="产科急症", speakers=["王芳"])
    misheard = put(catalogue, "先排除斜质脱锤", title="听错的")
    hidden = put(catalogue, "獬豸脱垂", title="撤回的")
    catalogue.change(hidden, state=State.WITHDRAWN)
    mine = findable(LOCAL, catalogue) & {said, misheard, hidden}
    directory = tmp_path / "search"
    SearchIndex(directory).follow(catalogue)
    damage(directory, how) if how != "gone" else shutil.rmtree(directory)

    slow = Slow(engine)
    index = SearchIndex(directory, catalogue=slow)  # a process that starts after an upgrade, or a crash of the disk
    follower = threading.Thread(target=index.follow, args=(slow,))
    follower.start()
    try:
        assert slow.reached.wait(30)
        for query in ("獬豸脱垂", "獬豸脫垂 吸氧", "王芳 獬豸", "讲者:王 獬豸", "-听错 獬豸", "獬豸！脱垂？"):
            answer = index.ask(Asked(query, mine))
            assert answer.rebuilding
            assert [hit.recording_id for hit in answer.hits] == [said], query
            assert answer.facets["kind"]
        (hit,) = index.ask(Asked("獬豸", {said})).hits
        assert [(moment.start, moment.text) for moment in hit.moments] == [(0, "先排除獬豸脱垂")]
        nothing = index.ask(Asked("量子纠缠"))
        assert (nothing.hits, nothing.rebuilding) == ((), True)
        misses.note(engine, "量子纠缠", nothing)
        assert "量子纠缠" not in [each.query for each in misses.most(engine, 100)], "an index might have found it"
        assert (index.ask(Asked("獬豸", set())).hits, index.ask(Asked("")).hits) == ((), ())
        assert index.suggest("产科") == []
    finally:
        slow.go.set()
        follower.join(30)
    answer = index.ask(Asked("xiezhituochui", mine))
    assert (answer.total, answer.rebuilding) == (2, False), "by its sound again"


def test_any_query_is_answered_without_an_index(catalogue: Catalogue, tmp_path: Path) -> None:
    put(catalogue, "100% 氧_气 \\ 'x'", title="符号")
    index = SearchIndex(tmp_path / "none", catalogue=catalogue)
    assert index.ask(Asked("100%")).total == 1
    for query in (
        "%",
        "_",
        "\\",
        "'; drop table recording",
        '"',
        "-",
        "讲者:",
        "\0",
        "a" * 2000,
        "脐 " * 300,
        "\ud800",
    ):
        assert index.ask(Asked(query)).rebuilding
