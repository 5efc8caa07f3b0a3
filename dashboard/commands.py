"""The portal's part of the command line."""

import os
import socket
from typing import Annotated

import typer

from archive.errors import SettingsError
from archive.processes import ended_by_sigterm
from archive.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands of this room to `shijiao`."""
    app.command("portal")(portal)


def portal(
    host: Annotated[str | None, typer.Option(help="Address to listen on instead of SHIJIAO_PORTAL_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on instead of SHIJIAO_PORTAL_PORT.")] = None,
) -> None:
    """Serve the portal until Ctrl-C."""
    settings = load_settings()
    with ended_by_sigterm(), _listen(host or settings.portal_host, port or settings.portal_port) as listening:
        import uvicorn

        from dashboard.app import app
        from dashboard.house import open_house

        with open_house(settings):
            name, number = listening.getsockname()[:2]
            print(f"Portal: http://{f'[{name}]' if ':' in name else name}:{number} (Ctrl-C ends it)", flush=True)
            config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is started: a port in use is a sentence, not a stack trace."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(
            f"The portal cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}.",
            "Perhaps it runs already. Else choose another SHIJIAO_PORTAL_PORT.",
            host=host,
            port=port,
        ) from error
