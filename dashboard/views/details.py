"""What is said of a recording, its rights and its poster: the page only sets the table, as that of adding does."""

from archive import case
from dashboard import adding_texts, front
from dashboard.views import add, editing
from dashboard.visit import Visit

_NAMES = ("title", "kind", "specialty", "procedure", "speakers", "date", "institution", "language")


def show(visit: Visit) -> None:
    """Show the description of the recording that the address names."""
    t = visit.t
    recording = editing.recording(visit)
    if recording is None:
        return
    front.draw("editing", key="editing", **editing.heading(visit, recording, "details"))
    front.draw(
        "details",
        key=f"details-{recording.id}",
        on_act=lambda _done: None,  # the page is drawn anew, with what was saved
        address=f"gate/details/{recording.id}/",
        member=visit.member.id,
        recording=recording.id,
        html=t.html,
        t=t.group("add"),
        d=t.group("details"),
        kinds=t.group("kind"),
        languages=add.languages(t),
        groups=adding_texts.groups(t),
        names=_names(visit),
        failures=editing.failures(visit),
        choose=visit.link(p="outline", r=recording.id),
    )


def _names(visit: Visit) -> dict[str, str]:
    """Name every field."""
    t = visit.t
    named = {name: t(f"add.{'name' if name == 'title' else name}") for name in _NAMES}
    named |= {f"case.{item.name}": t(f"case.{item.name}") for item in case.ITEMS}
    named["case.institution"] = named.pop("institution")
    return named | {"take_away": t("details.rights"), "poster": t("details.poster")}
