"""What each subcommand of `meridian` does; every one returns its exit code."""

import argparse
import asyncio
import gc
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import config
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.app import Application
    from bot.archiving import Choice


async def run(_options: argparse.Namespace) -> int:
    """Listen to Slack and do the daily work until SIGINT or SIGTERM."""
    settings = config.load()
    settings.check_run()
    return await _run(settings, works_only=False)


async def _run(settings: config.Settings, *, works_only: bool) -> int:
    starting = asyncio.create_task(_start(settings, works_only=works_only))
    _on_signal(starting.cancel)
    try:
        application = await starting
    except asyncio.CancelledError:
        return 0
    _on_signal(application.stop)
    return await application.run()


async def worker(options: argparse.Namespace) -> int:
    """Send what `meridian run` nodes have for Slack, Jira and MLflow, until SIGINT or SIGTERM."""
    settings = config.load()
    settings.check_work()
    wanted = options.concurrency or settings.worker_concurrency or config.WORKER_CONCURRENCY
    chosen = settings.model_copy(update={"worker_concurrency": wanted})
    return await _run(chosen, works_only=True)


async def migrate(_options: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    from migrations import upgrade

    url = config.load().database_url
    await asyncio.to_thread(upgrade.upgrade, url)
    return 0


async def manifest(_options: argparse.Namespace) -> int:
    """Print the Slack app manifest as JSON."""
    from handlers.manifest import build

    settings = config.load()
    built = build(settings.public_url, installable=settings.many_workspaces)
    print(json.dumps(built, indent=2))
    return 0


async def doctor(_options: argparse.Namespace) -> int:
    """Check settings, database, Slack, Jira and MLflow; a line each, 1 if one needs mending."""
    from bot import checkup

    results = await checkup.check(config.load())
    for result in results:
        print(f"{'ok  ' if result.ok else 'MEND'} {result.name}: {result.text}")
    return 0 if all(r.ok for r in results) else 1


async def backup(options: argparse.Namespace) -> int:
    """Copy the database while the bot works, and check the copy."""
    from bot import backups

    for line in await backups.back_up(config.load(), options.to, options.keep, _now()):
        print(line)
    return 0


async def restore(options: argparse.Namespace) -> int:
    """Fill an empty database from a backup."""
    from bot import backups

    for line in await backups.restore(config.load(), options.source, _now()):
        print(line)
    return 0


async def tick(options: argparse.Namespace) -> int:
    """Run, or list, what is due."""
    from bot import ticking

    database_url = config.load().database_url
    if options.start or options.end:
        if not (options.start and options.end and options.dry_run):
            raise ConfigError("--from and --to go together, with --dry-run.")
        lines = await ticking.upcoming(database_url, instant(options.start), instant(options.end))
    else:
        now = instant(options.now) if options.now else datetime.now(UTC)
        lines = await ticking.tick(database_url, now, dry_run=options.dry_run)
    for line in lines:
        print(line)
    return 0


async def export(options: argparse.Namespace) -> int:
    """Write the decisions as files."""
    from bot import archiving, folders

    with folders.reachable():
        lines = await archiving.export(config.load(), options.to, _choice(options), _now())
    for line in lines:
        print(line)
    return 0


async def bring_in(options: argparse.Namespace) -> int:
    """Bring decision files into the log; 1 if one was refused."""
    from bot import folders, importing

    choice, dry_run = _choice(options), options.dry_run
    with folders.reachable():
        lines, whole = await importing.bring_in(
            config.load(), options.source, choice, _now(), dry_run=dry_run
        )
    for line in lines:
        print(line)
    return 0 if whole else 1


async def site(options: argparse.Namespace) -> int:
    """Build the site of the decisions."""
    from bot import folders, publishing

    with folders.reachable():
        lines = await publishing.publish(config.load(), options.to, _choice(options), _now())
    for line in lines:
        print(line)
    return 0


async def rotate_keys(options: argparse.Namespace) -> int:
    """Put kept secrets under the newest key, or print a fresh one."""
    from bot import rotating

    if options.new_key:
        print(rotating.new_key())
        return 0
    for line in await rotating.rotate(config.load(), _now()):
        print(line)
    return 0


def _choice(options: argparse.Namespace) -> "Choice":
    from bot.archiving import Choice

    return Choice(
        workspace=options.workspace,
        channels=tuple(options.channel),
        with_private=getattr(options, "with_private", True),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """An ISO 8601 instant; one without an offset is UTC. Raises ConfigError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no instant; type it as 2026-03-29T07:00Z.") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


async def _start(settings: config.Settings, *, works_only: bool) -> "Application":
    """An application on a schema that is up to date; the imports use the child's time."""
    migration = await _begin_migration(settings)
    try:
        with _collecting_nothing():
            from bot import app, connecting, logs

        logs.configure(settings.log_format, settings.secrets)
        client, identity = await connecting.connect(settings)
        if migration and await migration.wait() != 0:
            raise ConfigError("The database could not be brought up to date; see the lines above.")
        return app.Application(settings, client, identity, works_only=works_only)
    finally:
        if migration and migration.returncode is None:
            migration.terminate()
            await migration.wait()


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """For imports: none of what they build is garbage, and to look through it again and again is a
    fifth of a start. Later collections don't look at it either."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _begin_migration(settings: config.Settings) -> asyncio.subprocess.Process | None:
    """SQLite is brought up to date in a child process, so that Alembic stays out of this one."""
    from storage import schema

    if await asyncio.to_thread(schema.is_current, settings.database_url):
        return None
    if not settings.uses_sqlite:
        raise ConfigError("DATABASE_URL has an old schema: run `meridian migrate` once.")
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "migrate")


def _on_signal(act: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, act)
