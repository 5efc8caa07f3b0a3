"""What people looked for and did not find: for those who decide what is recorded next."""

import streamlit as st

from archive import misses
from dashboard import front, wording
from dashboard import visit as visits
from dashboard.visit import Visit

_AT_ONCE = 50


def show(visit: Visit) -> None:
    """Show as many queries as the address asks for, the commonest first."""
    t = visit.t
    shown = visits.number(st.query_params.get("n", ""), least=_AT_ONCE, most=misses.MOST)
    found = misses.most(visit.house.catalogue.engine, shown + 1)
    if not found:
        front.draw("notice", key="none", title=t("misses.none"), text=t("misses.none_advice"))
        return
    front.draw(
        "missesTable",
        key="misses",
        title=t("page.misses"),
        text=t("misses.about"),
        columns=[t("misses.query"), t("misses.count"), t("misses.last")],
        rows=[
            {
                "query": each.query,
                "href": visit.link(q=each.query),
                "count": each.count,
                "last": wording.date(each.last_at),
            }
            for each in found[:shown]
        ],
        export={"label": t("misses.export"), "href": f"gate/misses.csv?lang={t.language}"},
        more={"label": t("hits_more"), "href": visit.link(p="misses", n=shown * 2)} if len(found) > shown else None,
    )
