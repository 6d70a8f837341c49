"""What `doctor` finds wrong, each with the line that mends it; `test_cli` has its older checks."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.checkup import SettingsDoctor, check
from bot.checkup.all import zones
from bot.checkup.slack import MOST_CHANNELS, skew
from bot.clients.secrets import FernetBox
from bot.clients.slack.clients import only
from bot.clients.slack.connect import web_client
from bot.config import Settings
from bot.domain.delivery import Delivery
from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.finding import Finding
from bot.domain.installation import Installation as Installed
from bot.domain.schedule import Schedule, ScheduleKind
from bot.errors import ConfigError
from handlers.manifest import SCOPES
from storage.backups.folder import name_at
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack
from tests.standins.tables import create_tables

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=SCOPES) as found:
        yield found


class Installation:
    """A migrated SQLite file, and the settings that name it and a Slack."""

    def __init__(self, folder: Path, slack: FakeSlack) -> None:
        self.url = f"sqlite:///{folder}/meridian.db"
        self._slack = slack
        create_tables(self.url)

    def settings(self, **values: Any) -> Settings:
        base = {
            "slack_bot_token": self._slack.bot_token,
            "slack_app_token": self._slack.app_token,
            "slack_api_url": self._slack.api_url,
            "database_url": self.url,
        }
        return Settings(**base | values)

    def write(self, work: Callable[[SqlUnitOfWork], object]) -> None:
        engines = open_engines(self.url)
        with Session(engines.writer) as session, session.begin():
            work(SqlUnitOfWork(session))
        engines.dispose()

    async def found(self, **values: Any) -> dict[str, Finding]:
        return {each.name: each for each in await check(self.settings(**values))}


@pytest.fixture
def installation(tmp_path: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.chdir(tmp_path)
    return Installation(tmp_path, slack)


def mend(finding: Finding) -> str:
    assert not finding.ok, finding.text
    return finding.text


def spoil(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40_000] = b"x" * 40_000
    file.write_bytes(content)


async def test_what_waits_for_long_is_said_with_its_time(installation: Installation) -> None:
    stuck = Delivery(id="d", workspace="T1", channel="C1", card="x", subject={}, ready_at=LONG_AGO)
    installation.write(lambda uow: uow.deliveries.add(stuck))
    said = mend((await installation.found())["outbox"])
    assert "1 messages wait, one since 2026-01-05 09:00 UTC: is `meridian run` up?" in said


async def test_a_schedule_that_nobody_starts_is_said(installation: Installation) -> None:
    late = Schedule(
        id="s",
        workspace="T1",
        kind=ScheduleKind.DIGEST,
        subject="C1",
        zone="UTC",
        wall_time=time(9),
        weekdays=frozenset({1}),
        next_run_at=LONG_AGO,
        next_date=date(2026, 1, 5),
    )
    installation.write(lambda uow: uow.schedules.save(late))
    assert "is due since 2026-01-05" in mend((await installation.found())["schedules"])


async def test_an_old_backup_a_missing_one_and_a_new_one(
    installation: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    chosen = {"backup_folder": str(folder)}
    assert "run `meridian backup` daily" in mend((await installation.found(**chosen))["backups"])
    (folder / name_at(LONG_AGO, "db")).touch()
    (folder / "notes.txt").touch()
    assert "of 2026-01-05 09:00 UTC" in mend((await installation.found(**chosen))["backups"])
    (folder / name_at(datetime.now(UTC), "db")).touch()
    assert (await installation.found(**chosen))["backups"].ok


async def test_a_broken_file_is_told_from_a_whole_one(installation: Installation) -> None:
    assert (await installation.found())["database"].ok
    spoil(Path(installation.url.removeprefix("sqlite:///")))
    found = await installation.found()
    assert "database" in found
    assert not found["database"].ok
    assert "outbox" not in found, "what rests on it isn't asked"


async def test_a_full_disk_is_said_before_it_hurts(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 50 * 2**20

    monkeypatch.setattr("shutil.disk_usage", lambda _folder: Full)
    said = mend((await installation.found())["disk"])
    assert said.startswith("only 50 MB are free where meridian.db lies, of 200 MB")


async def test_channels_without_the_bot_are_named(
    installation: Installation, slack: FakeSlack
) -> None:
    slack.add_channel("C0IN", "churn-model")
    slack.add_channel("C0OUT", "leads", with_bot=False)
    workspace = slack.ws.team_id

    def set_up(uow: SqlUnitOfWork) -> None:
        for channel in ("C0IN", "C0OUT"):
            choice = DigestChoice(zone="UTC")
            uow.digests.add(
                DigestSettings(workspace=workspace, channel=channel, choice=choice, owner="U1")
            )

    installation.write(set_up)
    said = mend((await installation.found())["channels"])
    assert said.startswith("Meridian is not in #leads: type /invite @Meridian there")


@pytest.mark.parametrize(
    ("ours", "way"),
    [(timedelta(minutes=2), "120 s ahead of"), (-timedelta(minutes=2), "119 s behind")],
)
def test_a_clock_that_is_off_is_said_with_its_way(ours: timedelta, way: str) -> None:
    before = NOW + ours
    with pytest.raises(ConfigError, match="timedatectl set-ntp true"):
        skew(before, NOW, before + timedelta(seconds=1))
    with pytest.raises(ConfigError) as refused:
        skew(before + timedelta(seconds=1), NOW, before + timedelta(seconds=1))
    assert way in str(refused.value)


@pytest.mark.parametrize("took", [timedelta(0), timedelta(seconds=14)])
def test_a_slow_answer_is_no_wrong_clock(took: timedelta) -> None:
    assert skew(NOW, NOW + took / 2, NOW + took) == "agrees with Slack's"


def test_without_a_date_nothing_is_said_of_the_clock() -> None:
    assert "didn't say" in skew(NOW, None, NOW)


def test_old_zone_data_names_its_update() -> None:
    assert zones("2026.6", NOW) == "tzdata 2026.6"
    assert zones("2025.2", NOW) == "tzdata 2025.2"
    with pytest.raises(ConfigError, match="pip install -U tzdata"):
        zones("2024.2", NOW)


async def test_in_slack_a_single_workspace_gets_every_check(
    installation: Installation, slack: FakeSlack
) -> None:
    settings = installation.settings()
    clients = only(web_client(settings.slack_bot_token, settings.slack_api_url))
    found = await SettingsDoctor(settings, clients).examine(slack.ws.team_id)
    assert {each.name for each in found} == set(await installation.found())


async def test_in_slack_one_of_many_workspaces_gets_its_own_checks_only(
    installation: Installation, slack: FakeSlack
) -> None:
    many = installation.settings(
        slack_bot_token="",
        slack_client_id="1.2",
        slack_client_secret="s",
        jira_url="https://secret.example",
    )
    clients = only(web_client(slack.bot_token, slack.api_url))
    found = await SettingsDoctor(many, clients).examine("T1")
    assert [each.name for each in found] == ["slack T1", "channels T1", "clock T1"]
    assert all(each.ok for each in found), found


async def test_a_workspace_that_took_back_its_token_is_told_to_install_again(
    installation: Installation, slack: FakeSlack
) -> None:
    many = installation.settings(slack_bot_token="", slack_client_id="1.2")
    clients = only(web_client("xoxb-revoked", slack.api_url))
    (finding,) = await SettingsDoctor(many, clients).examine("T1")
    assert "install the app again" in mend(finding)


async def test_postgresql_says_which_it_is_and_who_works(
    postgres_database: str, slack: FakeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engines = open_engines(postgres_database)
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("CREATE TABLE procrastinate_workers (last_heartbeat TIMESTAMPTZ)"))
    engines.dispose()
    settings = Settings(
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=slack.api_url,
        database_url=postgres_database,
    )
    found = {each.name: each for each in await check(settings)}
    assert "meridian migrate" in mend(found["database"])


def test_no_more_channels_are_asked_for_than_slack_takes_a_minute() -> None:
    assert MOST_CHANNELS < 50


async def test_keys_that_open_nothing_say_what_to_put_back(installation: Installation) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    kept = Installed(
        id="T1", bot_token=FernetBox([old]).seal("xoxb-1"), installed_at=NOW, installed_by="U1"
    )
    installation.write(lambda uow: uow.installations.save(kept))
    many = {
        "slack_bot_token": "",
        "slack_client_id": "1.2",
        "slack_client_secret": "s",
        "slack_signing_secret": "s",
    }
    lost = (await installation.found(**many, encryption_keys=[new]))["keys"]
    assert "Put that key back behind the newest one" in mend(lost)
    both = (await installation.found(**many, encryption_keys=[new, old]))["keys"]
    assert (both.ok, both.text) == (True, "1 secrets can be opened")
    assert "keys" not in await installation.found()
