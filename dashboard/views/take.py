"""The offer to take a recording along; the gateway tells the sizes when somebody wants to know."""

from archive.tables import Recording
from dashboard import front
from dashboard.visit import Visit


def show(visit: Visit, recording: Recording) -> None:
    """Show the offer, closed: whether it is allowed is asked when it is opened, and again when the file is."""
    texts = visit.t.group("take")
    base = f"gate/take/{recording.id}"
    front.draw("take", key="take", title=visit.t("take"), base=base, language=visit.t.language, texts=texts)
