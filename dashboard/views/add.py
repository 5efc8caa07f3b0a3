"""Add recordings. What is chosen, sent and typed lives in the browser and in the routes; this only sets the table."""

from dashboard import adding_texts, front, scripts
from dashboard.visit import Visit

_LANGUAGES = ("zh", "en", "auto")


def show(visit: Visit) -> None:
    """Show where files are dropped, and what is on its way."""
    t = visit.t
    front.draw(
        "add",
        key="add",
        t=t.group("add"),
        errors=adding_texts.errors(t),
        roles=t.group("role"),
        kinds=t.group("kind"),
        languages={name: t(f"add_language.{name}") for name in _LANGUAGES},
        groups=adding_texts.groups(t),
        member=visit.member.id,
        library=scripts.digest_library(),
        open=adding_texts.recording(visit),
    )
