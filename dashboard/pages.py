"""The pages that have a name in the address (`?p=…`), and for whom they are in the navigation.

A page is a function of the visit; what else it needs it reads from `st.query_params`. `dashboard/views/` holds them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from archive.access import Action
from dashboard.views import (
    add,
    clips,
    course,
    courses,
    cuts,
    desk,
    details,
    learning,
    library,
    missed,
    notices,
    outline,
    usage,
    work,
)
from dashboard.visit import Visit


@dataclass(frozen=True)
class Page:
    """One page: its name in the address, and what draws it.

    `wants` is what whoever opens it must be allowed to do, `under` the page of the navigation that it belongs to.
    """

    name: str
    draw: Callable[[Visit], None]
    wants: Action | None = None
    under: str | None = None

    def show(self, visit: Visit) -> None:
        """Draw it.

        Raises:
            NotAllowed: it is not for this member.
        """
        if self.wants is not None:
            visit.require(self.wants)
        self.draw(visit)


PAGES = (
    Page("", library.show),
    Page("courses", courses.show),
    Page("course", course.show, under="courses"),
    Page("learning", learning.show),
    Page("clips", clips.show, under="learning"),
    Page("add", add.show, Action.ADD),
    Page("work", work.show, Action.ADD),
    Page("usage", usage.show, wants=Action.TEACH),
    Page("misses", missed.show, wants=Action.TEACH),
    Page("desk", desk.show, under=""),
    Page("outline", outline.show, under=""),
    Page("details", details.show, under=""),
    Page("cuts", cuts.show, under=""),
    Page("notices", notices.show, under="notices"),
)
"""Every page, in the order of the navigation; the texts `page.<name>` (`page.home` for the first) name them all."""


def named(name: str) -> Page:
    """Return a page by its name; the first one where there is none of that name."""
    return next((page for page in PAGES if page.name == name), PAGES[0])


def navigation(visit: Visit) -> list[Page]:
    """Return the pages that a member finds in the navigation."""
    return [page for page in PAGES if page.under is None and (page.wants is None or visit.may(page.wants))]
