"""The portal as an ASGI application: Streamlit's pages, and beside them the media gateway."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool

from archive.settings import load_settings
from dashboard import gateway
from dashboard.house import House, is_open, open_house


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the house where `shijiao portal` has not done so, as under another ASGI server."""
    opened: AbstractContextManager[House | None] = nullcontext() if is_open() else open_house(load_settings())
    await run_in_threadpool(opened.__enter__)
    try:
        yield
    finally:
        await run_in_threadpool(opened.__exit__, None, None, None)


app = st.App(Path(__file__).parent / "portal.py", routes=gateway.routes(), lifespan=_lifespan)
