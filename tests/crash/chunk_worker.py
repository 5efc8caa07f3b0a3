"""A real worker that cuts recordings into chunks of a few seconds: `chunk_worker.py SECONDS`."""

import functools
import sys

from archive.settings import load_settings
from ingest.steps import ladder
from ingest.worker import work

ladder.chunks = functools.partial(ladder.chunks, seconds=float(sys.argv[1]))
work(load_settings())
