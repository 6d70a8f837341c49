"""The console script `meridian`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

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
    worker = words.add_parser("worker", help="only send, beside `run` nodes (PostgreSQL)")
    worker.add_argument(
        "--concurrency", type=_positive, metavar="N", help="workspaces to send for at once"
    )
    worker.set_defaults(run=commands.worker)
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
    _add_files(words)
    _add_backups(words)
    rotate = words.add_parser("rotate-keys", help="seal kept Slack tokens with the newest key")
    rotate.add_argument("--new-key", action="store_true", help="only print a fresh key")
    rotate.set_defaults(run=commands.rotate_keys)
    return parser


def _add_files(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    export = words.add_parser("export", help="write the decisions as markdown files (MADR 4)")
    export.add_argument("--to", type=Path, required=True, metavar="DIR|FILE.zip")
    export.set_defaults(run=commands.export)
    bring_in = words.add_parser("import", help="bring such files, new or edited, into the log")
    bring_in.add_argument("source", type=Path, metavar="DIR|FILE.zip")
    bring_in.add_argument("--dry-run", action="store_true", help="change nothing")
    bring_in.set_defaults(run=commands.bring_in)
    site = words.add_parser("site", help="build a searchable site of the decisions")
    site.add_argument("--to", type=Path, required=True, metavar="DIR")
    site.set_defaults(run=commands.site)
    for command in (export, site):
        command.add_argument("--with-private", action="store_true", help="private channels too")
    for command in (export, bring_in, site):
        command.add_argument("--workspace", default="", metavar="T…", help="instead of the token's")
    for command in (export, site):
        command.add_argument(
            "--channel", action="append", default=[], metavar="C…", help="only this one; repeatable"
        )
    bring_in.add_argument(
        "--channel", action="append", default=[], metavar="C…", help="where new decisions belong"
    )


def _add_backups(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = words.add_parser("backup", help="copy the database while the bot works")
    backup.add_argument(
        "--to", type=Path, metavar="FILE|DIR", help="instead of MERIDIAN_BACKUP_FOLDER"
    )
    backup.add_argument(
        "--keep", type=_positive, metavar="N", help="in a folder: remove all but the newest N"
    )
    backup.set_defaults(run=commands.backup)
    restore = words.add_parser("restore", help="fill an empty database from a backup")
    restore.add_argument("source", type=Path, metavar="FILE")
    restore.set_defaults(run=commands.restore)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)


if __name__ == "__main__":
    main()
