"""One MLflow server or several, and their logins, from the environment."""

from pathlib import Path

import pytest

from bot import config
from bot.config import Settings
from bot.errors import ConfigError
from bot.trackers import mlflow_tracker


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Neither this machine's settings nor its `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in ("URI", "USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    return monkeypatch


def test_named_servers_with_logins_of_their_own(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("MLFLOW_TRACKING_URI", "https://a/, eu=https://b:5000 ,us-west=http://c/x=1")
    environment.setenv("MLFLOW_TRACKING_TOKEN", "token-a")
    environment.setenv("MLFLOW_TRACKING_PASSWORD_EU", "password-b")
    (tmp_path / ".env").write_text(
        "MLFLOW_TRACKING_USERNAME_EU=bot\nMLFLOW_TRACKING_PASSWORD_EU=from the file\n"
        "MLFLOW_TRACKING_TOKEN_US_WEST=token-c\n"
    )
    settings = config.load()
    found = [(s.name, s.url, s.username, s.password, s.token) for s in settings.mlflow_servers]
    assert found == [
        ("", "https://a", "", "", "token-a"),
        ("eu", "https://b:5000", "bot", "password-b", ""),
        ("us-west", "http://c/x=1", "", "", "token-c"),
    ]
    assert {"token-a", "password-b", "token-c"} <= set(settings.secrets)
    assert "bot" not in settings.secrets
    for secret in ("token-a", "password-b", "token-c"):
        assert secret not in f"{settings!r} {settings.mlflow_servers!r}"


async def test_each_server_has_a_tracker() -> None:
    both = mlflow_tracker(Settings(mlflow_tracking_uri="https://a, eu=https://b"))
    assert both is not None
    assert [(each.name, each.base_url) for each in both.servers] == [
        ("", "https://a"),
        ("eu", "https://b"),
    ]
    one = mlflow_tracker(Settings(mlflow_tracking_uri="https://a/"))
    assert one is not None
    assert [each is one for each in one.servers] == [True]
    assert mlflow_tracker(Settings()) is None


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("eu=https://b", "the first server is the default one and has no name, not eu"),
        ("https://a,https://b", "each further server needs a name"),
        ("https://a, EU=https://b", "each further server needs a name"),
        ("https://a, eu=https://b, eu=https://c", "two servers are called eu"),
        ("https://a, eu=b", "must be an address"),
        ("https://a,", "must be an address"),
        ("https://a, eu=https://me:secret@b", "must hold no user and password"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    environment: pytest.MonkeyPatch, uri: str, said: str
) -> None:
    environment.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(ConfigError, match=f"^MLFLOW_TRACKING_URI is wrong: {said}") as caught:
        config.load()
    assert "secret" not in str(caught.value)


def test_half_a_login_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MLFLOW_TRACKING_USERNAME_EU", "bot")
    settings = Settings(
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        mlflow_tracking_uri="https://a, eu=https://b",
    )
    with pytest.raises(ConfigError, match=r"^MLFLOW_TRACKING_PASSWORD_EU is missing"):
        settings.check_run()
