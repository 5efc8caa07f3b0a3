"""What the benches share: what a piece of work cost, and rows of ratios that were measured side by side in one run."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Cost:
    """What a piece of work took: seconds by the clock, and CPU seconds of this process and its ended children."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure what happens inside; the figures are there when it is left."""
    cost, began, before = Cost(), time.monotonic(), _cpu()
    yield cost
    cost.wall, cost.cpu = time.monotonic() - began, _cpu() - before


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass(frozen=True)
class Row:
    """One comparison. `bar` says what the ratio must be (“≤ 1.0”); `commands` are those that were run."""

    what: str
    ratio: float
    bar: str
    figures: str
    commands: tuple[str, ...] = field(default=())


def table(rows: list[Row]) -> str:
    """The rows as a table that a README can carry."""
    lines = ["| what | ratio | bar | measured |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.ratio:.2f} | {row.bar} | {row.figures} |" for row in rows]
    return "\n".join(lines)
