"""Work in progress. The page asks for it itself, so that nothing that is typed elsewhere is disturbed."""

from dashboard import adding_texts, front
from dashboard.visit import Visit


def show(visit: Visit) -> None:
    """Show every recording with how far it has come."""
    t = visit.t
    front.draw(
        "work",
        key="work",
        t=t.group("work"),
        errors=adding_texts.errors(t),
        language_code=t.language,
        open=adding_texts.recording(visit),
        add=visit.link(p="add"),
    )
