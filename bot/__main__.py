"""The console script `meridian`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

# The operating system's zone data is often older than the one from PyPI and would win.
os.environ["PYTHONTZPATH"] = ""

from bot import commands
from bot.errors import ConfigError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one subcommand; exits 2 with one line on standard error if a setting is wrong."""
    options = _parser().parse_args(arguments)
    try:
        code = asyncio.run(options.run(options))
    except ConfigError as error:
        print(f"meridian: {error}", file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="meridian", description="A Slack bot for remote AI/ML teams."
    )
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    words.add_parser("run", help="listen to Slack and do the daily work").set_defaults(
        run=commands.run
    )
    words.add_parser("migrate", help="bring the database up to date").set_defaults(
        run=commands.migrate
    )
    words.add_parser("manifest", help="print the Slack app manifest").set_defaults(
        run=commands.manifest
    )
    words.add_parser("doctor", help="check settings, Slack, Jira, MLflow, database").set_defaults(
        run=commands.doctor
    )
    tick = words.add_parser("tick", help="run, or list, what is due")
    tick.add_argument("--now", metavar="UTC", help="the instant to act at, as 2026-03-29T07:00Z")
    tick.add_argument("--from", dest="start", metavar="UTC", help="list what lies after this")
    tick.add_argument("--to", dest="end", metavar="UTC", help="… and not after this")
    tick.add_argument("--dry-run", action="store_true", help="change nothing")
    tick.set_defaults(run=commands.tick)
    return parser


if __name__ == "__main__":
    main()
