"""The console script: its exit codes, its one-line refusals, `tick` and `doctor`."""

import argparse
import asyncio
import os
import sqlite3
import time as clock
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot import checkup, commands
from bot.__main__ import main
from bot.config import Settings
from bot.domain.schedule import Schedule, ScheduleKind
from handlers.manifest import SCOPES
from migrations import upgrade
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.jira import JiraStandIn
from tests.standins.slack import FakeSlack

DUE = datetime(2026, 10, 19, 7, 0, tzinfo=UTC)
NOT_FOUND = "http://127.0.0.1:1"

SCHEDULE = Schedule(
    id="digest:T1:C1",
    workspace="T1",
    kind=ScheduleKind.DIGEST,
    subject="C1",
    zone="Europe/Berlin",
    wall_time=time(9, 0),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    next_run_at=DUE,
    next_date=date(2026, 10, 19),
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder with a database address, and no setting of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"MERIDIAN_{name.upper()}", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/meridian.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Path:
    """A migrated database in which one digest is due."""
    url = f"sqlite:///{folder}/meridian.db"
    upgrade.upgrade(url)

    async def seed() -> None:
        transactions = SqlTransactions(open_engines(url), lambda: DUE, lambda: None)
        await transactions.write(lambda uow: uow.schedules.save(SCHEDULE))
        transactions.close()

    asyncio.run(seed())
    return folder / "meridian.db"


def code_of(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code))


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


@pytest.mark.parametrize(
    ("words", "settings", "names"),
    [
        (["run"], {}, "SLACK_BOT_TOKEN"),
        (["run"], {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        (["migrate"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        (["migrate"], {"DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "DATABASE_URL"),
        (["doctor"], {"MERIDIAN_PORT": "0"}, "MERIDIAN_PORT"),
        (["tick"], {}, "meridian migrate"),
        (["tick", "--from", "2026-01-01", "--to", "2026-01-02", "--dry-run"], {}, "migrate"),
        (["tick", "--now", "tomorrow"], {}, "'tomorrow'"),
        (["tick", "--now", "2026-02-30T07:00Z"], {}, "2026-02-30"),
        (["tick", "--from", "2026-01-01"], {}, "--to"),
        (["tick", "--from", "2026-01-01", "--to", "2026-01-02"], {}, "--dry-run"),
        (["tick", "--from", "x", "--to", "2026-01-02", "--dry-run"], {}, "'x'"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    words: list[str],
    settings: dict[str, str],
    names: str,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert code_of(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("meridian: ")
    assert names in line
    assert list(folder.iterdir()) == [], "a refusal leaves nothing behind"


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("dance") == 2
    assert "invalid choice: 'dance'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-19T07:00Z", DUE),
        ("2026-10-19T07:00", DUE),
        ("2026-10-19T09:00+02:00", DUE),
        ("2026-10-19", datetime(2026, 10, 19, tzinfo=UTC)),
    ],
)
def test_an_instant_without_an_offset_is_utc(text: str, expected: datetime) -> None:
    assert commands.instant(text) == expected


def test_migrate_twice_is_harmless(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(database)
    assert code_of("migrate") == 0
    assert dump(database) == before
    assert capsys.readouterr().out == ""


def test_a_dry_run_says_what_would_run_and_changes_nothing(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(database)
    assert code_of("tick", "--now", "2026-10-19T07:00Z", "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.split() == [
        *("2026-10-19T07:00Z", "2026-10-19", "09:00", "Europe/Berlin", "digest", "C1")
    ]
    assert dump(database) == before
    assert code_of("tick", "--now", "2026-10-19T07:00Z") == 0
    assert capsys.readouterr().out == said
    assert dump(database) != before
    assert code_of("tick", "--now", "2026-10-19T07:00Z") == 0
    assert capsys.readouterr().out == ""


def test_a_span_lists_every_occurrence_in_local_time_and_changes_nothing(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Europe's clocks go back on 25 October 2026."""
    before = dump(database)
    span = ("--from", "2026-10-22T07:00Z", "--to", "2026-10-27T08:00Z")
    assert code_of("tick", *span, "--dry-run") == 0
    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["2026-10-23T07:00Z", "2026-10-23", "09:00"],
        ["2026-10-26T08:00Z", "2026-10-26", "09:00"],
        ["2026-10-27T08:00Z", "2026-10-27", "09:00"],
    ]
    assert dump(database) == before


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=SCOPES) as found:
        yield found


def settings_for(slack: FakeSlack, **values: Any) -> Settings:
    base = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
    }
    return Settings(**base | values)


async def found_by_doctor(
    settings: Settings, deadline: float = 15.0
) -> dict[str, tuple[bool, str]]:
    return {r.name: (r.ok, r.text) for r in await checkup.check(settings, deadline)}


async def test_doctor_finds_nothing_to_mend(
    slack: FakeSlack,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", slack.app_token)
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    await asyncio.to_thread(upgrade.upgrade, f"sqlite:///{folder}/meridian.db")
    assert await commands.doctor(argparse.Namespace()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("ok   settings", "ok   time zones"),
        *("ok   database", "ok   disk", "ok   outbox", "ok   schedules", "ok   backups"),
        *("ok   slack", "ok   channels", "ok   clock"),
        *("ok   jira", "ok   mlflow"),
    ]


async def test_doctor_says_how_to_mend_settings_schema_and_slack(
    slack: FakeSlack,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    assert await commands.doctor(argparse.Namespace()) == 1
    mend = [line for line in capsys.readouterr().out.splitlines() if line.startswith("MEND")]
    assert [line.split(":")[0] for line in mend] == [
        *("MEND settings", "MEND database", "MEND slack")
    ]
    assert "App-Level Tokens" in mend[0]
    assert "meridian migrate" in mend[1]
    assert "SLACK_BOT_TOKEN is refused by Slack (invalid_auth)" in mend[2]
    assert "OAuth & Permissions" in mend[2]
    assert os.listdir(folder) == []


async def test_doctor_names_scopes_that_are_missing(folder: Path) -> None:
    async with FakeSlack(scopes=set(SCOPES) - {"chat:write"}) as slack:
        found = await found_by_doctor(settings_for(slack))
    assert found["slack"][0] is False
    assert "chat:write" in found["slack"][1]
    assert "meridian manifest" in found["slack"][1]


async def test_doctor_tells_a_refused_app_token(slack: FakeSlack) -> None:
    found = await found_by_doctor(settings_for(slack, slack_app_token="xapp-wrong"))
    assert found["slack"][0] is False
    assert found["slack"][1].startswith("SLACK_APP_TOKEN is refused by Slack (invalid_auth)")


async def test_doctor_names_what_to_renew_where_jira_refuses(slack: FakeSlack) -> None:
    async with JiraStandIn() as jira:
        good = settings_for(
            slack, jira_url=jira.url, jira_email="bot@example.com", jira_api_token="wrong"
        )
        ok, text = (await found_by_doctor(good))["jira"]
    assert not ok
    assert "JIRA_API_TOKEN" in text


async def test_doctor_says_how_jira_behind_the_gateway_names_itself(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clients.jira.reads._GATEWAY", "localhost")
    async with JiraStandIn() as jira:
        gateway = jira.url.replace("127.0.0.1", "localhost")
        login = {"jira_email": jira.credentials["email"]}
        login["jira_api_token"] = jira.credentials["api_token"]
        for site, hint in ((jira.url, ""), ("https://typo.example", "https://typo.example")):
            chosen = settings_for(slack, jira_url=gateway, jira_site_url=site, **login)
            ok, text = (await found_by_doctor(chosen))["jira"]
            assert ok
            assert f"on {jira.url} (" in text
            assert ("Links lead to JIRA_SITE_URL" in text) == bool(hint)
            assert hint in text


async def test_doctor_names_an_mlflow_that_is_down(slack: FakeSlack) -> None:
    ok, text = (await found_by_doctor(settings_for(slack, mlflow_tracking_uri=NOT_FOUND)))["mlflow"]
    assert not ok
    assert "MLFLOW_TRACKING_URI" in text


async def test_doctor_is_bounded_in_time(slack: FakeSlack) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    hold = asyncio.Event()
    slack.fault("auth.test", hold=hold)
    begun = clock.monotonic()
    async with server:
        found = await found_by_doctor(
            settings_for(slack, mlflow_tracking_uri=address), deadline=0.3
        )
    assert clock.monotonic() - begun < 3
    for name in ("slack", "mlflow"):
        assert found[name] == (False, "no answer within 0.3 s; is it up?")
    assert found["jira"][0] is True
    hold.set()
