"""Starts the simulator from the command line."""

import argparse
from pathlib import Path

import uvicorn

from paysim.app import create_app
from paysim.connection import SeverableProtocol
from paysim.simulation import Simulation

GRACE_SECONDS = 3


def main() -> None:
    """Serve until told to stop."""
    options = _parse_arguments()
    public_url = options.public_url or f"http://{options.host}:{options.port}"
    sim = Simulation(state_file=options.state_file, public_url=public_url)
    uvicorn.run(
        create_app(sim),
        host=options.host,
        port=options.port,
        http=SeverableProtocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        # A caller kept waiting by a fault must not keep the process alive.
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="paysim", description="Simulate payment providers.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument(
        "--state-file", type=Path, help="remember everything here; without it, forget at exit"
    )
    parser.add_argument(
        "--public-url", help="how browsers reach this server, default http://HOST:PORT"
    )
    return parser.parse_args()
