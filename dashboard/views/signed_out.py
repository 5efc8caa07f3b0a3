"""What the portal shows without a session: how to come in, and nothing else."""

from dashboard import front
from dashboard.texts import Texts


def show(t: Texts) -> None:
    """Show how to sign in."""
    front.draw(
        "welcome",
        key="welcome",
        language=t.html,
        brand=t("brand"),
        tagline=t("tagline"),
        title=t("signed_out"),
        text=t("signed_out_advice"),
        admin=t("signed_out_command"),
        command="shijiao members link NAME",
    )
