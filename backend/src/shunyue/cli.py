"""The command line: start everything, or one part of it."""

import argparse
import asyncio
import sys
from pathlib import Path

from shunyue.kernel.logs import configure_logs
from shunyue.kernel.settings import Settings, SettingsInvalid, load_settings


def main() -> None:
    """Run a command; explains what is wrong with the settings instead of failing on them."""
    options = _parser().parse_args()
    try:
        settings = load_settings(options.config)
    except SettingsInvalid as invalid:
        for problem in invalid.problems:
            print(f"settings: {problem}", file=sys.stderr)
        sys.exit(2)
    # What a command prints may be piped; what happens on the way goes beside it.
    configure_logs(settings, sys.stderr if options.run in _PRINTING else sys.stdout)
    sys.exit(options.run(settings, options) or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shunyue", description="Book, register and pay.")
    parser.add_argument("--config", type=Path, help="settings file (default shunyue.toml)")
    commands = parser.add_subparsers(required=True, metavar="command")
    up = commands.add_parser("up", help="start everything: database, simulator, server, worker")
    up.add_argument("--no-demo", action="store_true", help="load no demo merchant")
    up.set_defaults(run=_up)
    serve = commands.add_parser("serve", help="serve HTTP and WebSocket")
    serve.add_argument("--fd", type=int, help="listen on this inherited socket")
    serve.set_defaults(run=_serve)
    for name, run, text in (
        ("worker", _worker, "run jobs, timers and events"),
        ("migrate", _migrate, "bring the database to this version"),
        ("demo", _demo, "load the demo merchant (development)"),
        ("doctor", _doctor, "check settings and surroundings, and say what is wrong"),
        ("openapi", _openapi, "print the API's description"),
        ("schema", _schema, "print the database's schema"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    return parser


def _up(settings: Settings, options: argparse.Namespace) -> int:
    from shunyue.supervisor import run_everything

    return run_everything(settings, has_demo=not options.no_demo)


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    import uvicorn

    from shunyue.web import create_app

    uvicorn.run(
        create_app(settings, settings.database_url),
        host=settings.host,
        port=settings.port,
        fd=options.fd,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


def _worker(settings: Settings, _: argparse.Namespace) -> None:
    import uvloop

    from shunyue.worker import run_worker

    uvloop.run(run_worker(settings, settings.database_url))


def _migrate(settings: Settings, _: argparse.Namespace) -> None:
    from shunyue.kernel.migrate import migrate

    migrate(settings.database_url)


def _demo(settings: Settings, _: argparse.Namespace) -> None:
    from shunyue.demo.load import load_demo

    is_new = asyncio.run(load_demo(settings, settings.database_url))
    print("demo merchant loaded" if is_new else "demo merchant was there already")


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from shunyue.doctor import examine

    return examine(settings)


def _openapi(settings: Settings, _: argparse.Namespace) -> None:
    import msgspec

    from shunyue.web import create_litestar

    document = create_litestar(settings, "").openapi_schema.to_schema()
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    print(text.decode())


def _schema(settings: Settings, _: argparse.Namespace) -> None:
    from shunyue.kernel.migrate import schema_of_this_version

    del settings
    print(schema_of_this_version())


_PRINTING = (_openapi, _schema, _doctor)
