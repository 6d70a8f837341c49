"""What `doctor` says of workers on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.checkup import work
from bot.config import Settings
from bot.errors import ConfigError
from bot.ports.readings import Workers

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AGO = timedelta(minutes=5)


async def said(monkeypatch: pytest.MonkeyPatch, seen: list[datetime], concurrency: int) -> str:
    """The finding where workers gave these signs of life."""

    async def read(_settings: Settings, _work: Any) -> Workers:
        return Workers(used=True, seen_at=tuple(seen))

    monkeypatch.setattr(work, "read", read)
    settings = Settings(
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        database_url="postgresql+psycopg://u@127.0.0.1/m",
        worker_concurrency=concurrency,
    )
    checks = dict(work.group(settings, NOW).rest)
    return await checks["workers"]()


async def test_nobody_at_all_is_wrong_where_no_node_works_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="start `meridian worker`"):
        await said(monkeypatch, [], 0)
    assert await said(monkeypatch, [], 4) == "0 alive"
    assert await said(monkeypatch, [NOW], 0) == "1 alive"


@pytest.mark.parametrize("concurrency", [0, 4])
async def test_those_that_went_silent_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, concurrency: int
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="none has given a sign of life since 2026-11-23 08:55"):
        await said(monkeypatch, [NOW - AGO], concurrency)
    assert await said(monkeypatch, [NOW, NOW - AGO], concurrency) == "1 alive"
