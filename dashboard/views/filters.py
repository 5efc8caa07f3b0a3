"""The filters beside what a search found, each value an address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archive.search import Count
from dashboard.texts import Texts
from dashboard.visit import Visit


def told(
    visit: Visit,
    facets: Mapping[str, Sequence[Count]],
    chosen: Mapping[str, list[str]],
    link: Callable[..., str],
) -> dict[str, Any]:
    """Return the filters that would change anything, and those that are chosen, as `front/search.js` takes them.

    `link` gives the address of this search with a field's values changed. A value that was chosen and is found no more
    still stands among the chosen ones, to be taken off.
    """
    t = visit.t
    count = sum(map(len, chosen.values()))
    return {
        "facets": [facet for name, counts in facets.items() if (facet := _facet(t, name, counts, chosen, link))],
        "chosen": [
            {
                "label": _label(t, name, value),
                "remove": t("filter_remove", value=_label(t, name, value)),
                "href": link(**{name: [each for each in values if each != value]}),
            }
            for name, values in chosen.items()
            for value in values
        ],
        "clear": {"label": t("filters_clear"), "href": link(**dict.fromkeys(chosen, ""))},
        "foldLabel": t("filters_chosen", count=count) if count else t("sift"),
        "moreLabel": t("filter_more"),
    }


def _facet(
    t: Texts, name: str, counts: Sequence[Count], chosen: Mapping[str, list[str]], link: Callable[..., str]
) -> dict[str, Any] | None:
    """One field with its values; None where there is nothing to choose."""
    held = chosen.get(name, [])
    if len(counts) < 2 and not held:
        return None
    values = [
        {
            "id": f"filter-{name}-{each.value}",
            "label": _label(t, name, each.value),
            "count": each.count,
            "chosen": each.chosen,
            "href": link(**{name: [v for v in held if v != each.value] if each.chosen else [*held, each.value]}),
        }
        for each in _in_order(name, counts)
    ]
    return {"name": name, "label": t(f"sift.{name}"), "values": values} if values else None


def _in_order(name: str, counts: Sequence[Count]) -> list[Count]:
    """Years from the last, lengths from the shortest; everything else as it comes, the commonest first."""
    if name == "year":
        return sorted(counts, key=lambda each: each.value, reverse=True)
    if name == "length":
        return sorted(counts, key=lambda each: int(each.value.partition("-")[0]))
    return list(counts)


def _label(t: Texts, name: str, value: str) -> str:
    group = {"kind": "kind", "language": "spoken", "length": "length"}.get(name)
    return t.of(group, value) if group else value
