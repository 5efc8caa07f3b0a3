"""What cannot be indexed, or a place where nothing can be written, keeps nobody from finding the others."""

import pytest

from archive.errors import ShijiaoError
from archive.search import SearchIndex
from archive.searchable import Timed


@pytest.fixture
def index(tmp_path):
    return SearchIndex(tmp_path / "index")


def found(index, query):
    return [hit.recording_id for hit in index.search(query)]


def test_a_time_beyond_all_days_stops_nobody(index, shelf):
    shelf.put("aa", "", texts=[Timed(99_999_999_999.0, 99_999_999_999.5, "segment", "远在天边")])
    shelf.put("bb", "", ["近在眼前"])
    assert index.follow(shelf) == 2
    assert (found(index, "远在天边"), found(index, "近在眼前")) == (["aa"], ["bb"])


def test_texts_that_cannot_be_indexed_stop_nobody(index, shelf):
    shelf.put("aa", "胎心监护", texts=[Timed(0.0, 1.0, "of a kind that there is not", "晚期减速")])
    shelf.put("bb", "", ["近在眼前"])
    assert index.follow(shelf) == 2
    assert index.follow(shelf) == 0, "it is not tried again and again"
    assert (found(index, "晚期减速"), found(index, "近在眼前")) == ([], ["bb"])
    assert found(index, "胎心监护") == ["aa"]


def test_where_no_index_can_be_written_it_is_told(tmp_path, shelf):
    (tmp_path / "index").write_text("somebody's file", encoding="utf-8")
    index = SearchIndex(tmp_path / "index")
    with pytest.raises(ShijiaoError, match="cannot be written"):
        index.follow(shelf)
    assert (tmp_path / "index").read_text(encoding="utf-8") == "somebody's file"
