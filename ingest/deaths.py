"""Steps that kill their worker: without a limit one recording would end every worker, and no other be processed."""

from typing import Any

from archive.errors import JobFailed
from archive.tables import JobStep, StepState

_MOST = 4  # in a row over one step: it is the step that kills them


def counted(step: JobStep) -> dict[str, Any]:
    """Return what to note of a step that is about to run: how many workers died over it. A retry counts anew.

    One died where the step says that it runs: a worker that ends in order takes that back.

    Raises:
        JobFailed: they were too many.
    """
    if step.state is not StepState.RUNNING:
        return {}
    deaths = int(step.note.get("deaths", 0)) + 1
    if deaths < _MOST:
        return {"deaths": deaths}
    raise JobFailed(
        f"The worker died {deaths} times over the step “{step.name}” of this recording.",
        "Too little memory or a damaged file may be the reason; the worker's log and that of the system may tell. "
        "`shijiao retry` tries again.",
    )
