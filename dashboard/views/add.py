"""Add recordings. What is chosen, sent and typed lives in the browser and in the routes; this only sets the table."""

from dashboard import adding_texts, front, scripts
from dashboard.texts import Texts
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
        languages=languages(t),
        groups=adding_texts.groups(t),
        member=visit.member.id,
        library=scripts.digest_library(),
        open=adding_texts.recording(visit),
    )


def languages(t: Texts) -> dict[str, str]:
    """Return the languages that somebody may say a recording is spoken in."""
    return {name: t(f"add_language.{name}") for name in _LANGUAGES}
