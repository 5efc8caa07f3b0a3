"""Search: the analyser and the index."""

from archive.search.index import Followed, Hit, Moment, SearchIndex

__all__ = ["Followed", "Hit", "Moment", "SearchIndex"]
