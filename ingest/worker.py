"""A worker process: the engine, the store it reads from, and an orderly end."""

import logging
import os
import signal
from types import FrameType

from archive import disk
from archive.database import connect
from archive.objects import open_store
from archive.settings import Settings
from ingest import chunks, engine, workflow
from ingest.run import Workplace


def work(settings: Settings) -> None:
    """Work on jobs until SIGTERM or SIGINT; what is under way then is taken up by whoever works next."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    database = connect(settings)
    with disk.told(settings.home), engine.executor_id(settings) as executor, open_store(settings) as store:
        running = engine.Engine(settings, database, executor, workflow.take_in)
        Workplace.here = Workplace(settings, database, store, executor, running.active)
        Workplace.here.sweep()
        running.assist = chunks.Assistant(Workplace.here)

        def end(_signal: int, _frame: FrameType | None) -> None:
            running.stop()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        logging.getLogger(__name__).info("Worker %s is ready", executor)
        code = 1
        try:
            running.run()
            code = 0
        except Exception:
            logging.getLogger(__name__).exception("The worker ends")
        finally:
            # Threads may still be deep in ffmpeg or a model. The engine takes their steps up again, so nothing is lost
            # by not waiting for them; and as the process is gone before its lock is, nobody else does so too early.
            logging.shutdown()
            os._exit(code)
