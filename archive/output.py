"""How the command line prints: tables for people on stdout, one JSON value a line for programs."""

import json
import sys
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_WIDTH = None if sys.stdout.isatty() else 1000  # piped on, no line is cut

console = Console(highlight=False, markup=False, soft_wrap=True, width=_WIDTH)
"""Answers. Titles and names come from files and may hold brackets, so nothing printed is markup."""

notes = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
"""Progress and remarks: never in the way of an answer that is piped on."""


def print_json(value: Any) -> None:
    """Print one value as one line of JSON."""
    print(json.dumps(value, ensure_ascii=False, default=str))


def table(*columns: str) -> Table:
    """Return an empty table with a head, without boxes."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def cut(text: str, columns: int = 48) -> str:
    """Return a text so short that it leaves a line room for more; a Chinese character takes two columns."""
    short = Text(text)
    short.truncate(columns, overflow="ellipsis")
    return short.plain


def length(seconds: float | None) -> str:
    """Return seconds as h:mm:ss or m:ss."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def day(moment: datetime | None) -> str:
    """Return a moment as its local date and minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""


def progress_bars() -> Progress:
    """Return a block of progress bars on stderr; they are shown on a terminal only."""
    return Progress(
        TextColumn("{task.description:<28}", markup=False),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=notes,
        disable=not notes.is_terminal,
    )


class Bar:
    """A progress bar that appears with the first news; call it with what is done and what there is in all."""

    def __init__(self, bars: Progress, words: str) -> None:
        self._bars = bars
        self._task = bars.add_task(words, total=None, visible=False)

    def __call__(self, done: float, total: float) -> None:
        self._bars.update(self._task, completed=done, total=total, visible=True)
