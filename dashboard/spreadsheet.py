"""Tables for other programs, as CSV that spreadsheets open as they should."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

from dashboard.posts import HEADERS

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a table as a file to keep. Its mark at the beginning tells spreadsheets that it is UTF-8."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(heads)
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: Any) -> Any:
    """Keep a spreadsheet from taking what somebody wrote for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
