"""Work with openai-whisper's checkpoints, run by `weights` in a process of its own.

    python -m ingest.speech.checkpoint download MODEL TARGET SECONDS
    python -m ingest.speech.checkpoint convert MODEL_BIN TARGET MODEL
    python -m ingest.speech.checkpoint check CHECKPOINT MODEL

It ends with 1 and one line of reason when it could not.
"""

import sys
import tempfile
from pathlib import Path

from ingest.speech import convert, openai


def main(arguments: list[str]) -> None:
    """Do one of the above.

    Raises:
        ValueError: no such work.
    """
    match arguments:
        case ["download", model, target, seconds]:
            with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
                openai.download(model, Path(folder), seconds=float(seconds)).replace(target)
        case ["convert", source, target, model]:
            openai.save(Path(target), *convert.to_openai(convert.read_ct2(Path(source))))
            openai.load(Path(target), model)  # strictly: the proof that nothing is missing
        case ["check", checkpoint, model]:
            openai.load(Path(checkpoint), model)
        case _:
            raise ValueError(f"no such work: {arguments}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:  # noqa: BLE001  whatever went wrong becomes the one line that the parent shows
        text = " ".join(str(error).split())
        sys.exit(f"{type(error).__name__}: {text}"[:300])
