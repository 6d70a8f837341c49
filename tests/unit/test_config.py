"""Each missing or wrong setting stops the start with one line that names it."""

from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import Settings
from bot.errors import ConfigError

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a"}
JIRA = {"JIRA_URL": "https://j.example", "JIRA_EMAIL": "a@example.com", "JIRA_API_TOKEN": "t"}
INSTALLS = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_SIGNING_SECRET": "g",
    "MERIDIAN_ENCRYPTION_KEYS": "a,b",
}
MLFLOW = {"MLFLOW_TRACKING_URI": "https://m.example"}
GATEWAY = "https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no `.env`, comes in."""
    for field_name, field in Settings.model_fields.items():
        aliases = getattr(field.validation_alias, "choices", [field_name])
        for name in aliases:
            monkeypatch.delenv(str(name).upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> str:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.load().check_run()
    return str(caught.value)


def settings(**values: Any) -> Settings:
    return Settings(**values)


@pytest.mark.parametrize(
    ("values", "name", "where"),
    [
        ({}, "SLACK_BOT_TOKEN is missing", "OAuth & Permissions"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is wrong", "OAuth & Permissions"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN", "App-Level Tokens"),
        (GOOD | {"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is wrong", "App-Level Tokens"),
        (INSTALLS | {"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET is missing", "Credentials"),
        (
            INSTALLS | {"MERIDIAN_ENCRYPTION_KEYS": ""},
            "MERIDIAN_ENCRYPTION_KEYS is m",
            "rotate-keys",
        ),
        (INSTALLS | {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN and SLACK_CLIENT_ID", "both"),
        (INSTALLS | {"MERIDIAN_PUBLIC_URL": "m.example"}, "MERIDIAN_PUBLIC_URL is wrong", "reach"),
        (GOOD | JIRA | {"JIRA_URL": ""}, "JIRA_URL is missing", "your Jira site"),
        (GOOD | JIRA | {"JIRA_EMAIL": ""}, "JIRA_EMAIL is missing", "Atlassian account"),
        (GOOD | JIRA | {"JIRA_API_TOKEN": ""}, "JIRA_API_TOKEN is missing", "id.atlassian.com"),
        (GOOD | {"JIRA_URL": "https://j.example"}, "JIRA_API_TOKEN is missing", "id.atlassian.com"),
        (GOOD | {"JIRA_PERSONAL_ACCESS_TOKEN": "t"}, "JIRA_URL is missing", "your Jira site"),
        (GOOD | JIRA | {"JIRA_URL": "j.example"}, "JIRA_URL is wrong", "your Jira site"),
        (GOOD | JIRA | {"JIRA_URL": "https://u:p@j.example"}, "JIRA_URL is wrong", "links"),
        (GOOD | JIRA | {"JIRA_URL": GATEWAY}, "JIRA_SITE_URL is missing", "in a browser"),
        (GOOD | JIRA | {"JIRA_SITE_URL": "j.example"}, "JIRA_SITE_URL is wrong", "in a browser"),
        (
            GOOD | MLFLOW | {"MLFLOW_TRACKING_URI": "ftp://m"},
            "MLFLOW_TRACKING_URI is wrong",
            "your",
        ),
        (GOOD | {"MLFLOW_TRACKING_TOKEN": "t"}, "MLFLOW_TRACKING_URI is missing", "your MLflow"),
        (
            GOOD | MLFLOW | {"MLFLOW_TRACKING_PASSWORD": "p"},
            "MLFLOW_TRACKING_USERNAME is missing",
            "user",
        ),
        (
            GOOD | MLFLOW | {"MLFLOW_TRACKING_USERNAME": "u"},
            "MLFLOW_TRACKING_PASSWORD is missing",
            "password of",
        ),
        (GOOD | {"DATABASE_URL": "mysql://x"}, "DATABASE_URL is wrong", "postgresql+psycopg://"),
        (GOOD | {"DATABASE_URL": "sqlite:///"}, "DATABASE_URL is wrong", "sqlite:///<file>"),
        (
            GOOD | {"DATABASE_URL": "postgresql+psycopg://u@h/db?password=hunter2"},
            "DATABASE_URL is wrong",
            "before the @",
        ),
        (GOOD | {"DATABASE_URL": "postgresql://h:x/m"}, "DATABASE_URL is wrong", "sqlite"),
        (GOOD | {"DATABASE_URL": "postgresql://[::1/m"}, "DATABASE_URL is wrong", "sqlite"),
        (GOOD | {"DATABASE_URL": "postgresql+asyncpg://h/m"}, "DATABASE_URL is wrong", "psycopg"),
        (GOOD | {"SLACK_API_URL": "slack.com"}, "SLACK_API_URL is wrong", "https://"),
        (GOOD | {"MERIDIAN_PORT": "http"}, "MERIDIAN_PORT is wrong", "integer"),
        (GOOD | {"MERIDIAN_PORT": "70000"}, "MERIDIAN_PORT is wrong", "65535"),
        (GOOD | {"MERIDIAN_SOCKET_CONNECTIONS": "0"}, "MERIDIAN_SOCKET_CONNECTIONS", "1"),
        (GOOD | {"MERIDIAN_POLL_SECONDS": "0"}, "MERIDIAN_POLL_SECONDS is wrong", "1"),
        (GOOD | {"MERIDIAN_LOG_FORMAT": "xml"}, "MERIDIAN_LOG_FORMAT is wrong", "'json'"),
        (
            GOOD | {"MERIDIAN_HEARTBEAT_URL": "https://h.example:99999/x"},
            "MERIDIAN_HEARTBEAT_URL is wrong",
            "monitoring service",
        ),
    ],
)
def test_one_line_names_the_setting_and_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], name: str, where: str
) -> None:
    text = refusal(monkeypatch, values)
    assert text.startswith(name)
    assert where in text
    assert "\n" not in text


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(monkeypatch, {"DATABASE_URL": "mysql://meridian:hunter2@db.example/m"})
    assert "hunter2" not in text


@pytest.mark.parametrize(
    "values",
    [
        GOOD,
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"},
        GOOD | JIRA,
        GOOD | {"JIRA_URL": "https://j.example/jira", "JIRA_PERSONAL_ACCESS_TOKEN": "t"},
        GOOD | JIRA | {"JIRA_URL": GATEWAY, "JIRA_SITE_URL": "https://j.example"},
        GOOD | MLFLOW,
        GOOD | MLFLOW | {"MLFLOW_TRACKING_TOKEN": "t"},
        GOOD | {"DATABASE_URL": "postgresql+psycopg://u:p#/?:w@db:5432/meridian?sslmode=require"},
        GOOD | {"DATABASE_URL": "postgresql://postgres:@/m?host=/tmp/pg"},
        GOOD | {"DATABASE_URL": "postgresql://[::1]:5432/m"},
        GOOD | {"DATABASE_URL": "sqlite:////data/meridian.db"},
    ],
)
def test_what_the_readme_names_is_enough(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    config.load().check_run()


def test_settings_come_from_the_env_file_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = ["SLACK_BOT_TOKEN=xoxb-file", "SLACK_APP_TOKEN=xapp-file", "MERIDIAN_PORT=4000"]
    (tmp_path / ".env").write_text("\n".join([*lines, "UNKNOWN=1", "JIRA_URL="]))
    monkeypatch.setenv("MERIDIAN_PORT", "4001")
    found = config.load()
    assert (found.slack_bot_token, found.slack_app_token) == ("xoxb-file", "xapp-file")
    assert (found.port, found.jira_url) == (4001, "")


def test_addresses_are_brought_into_one_form() -> None:
    found = settings(
        jira_url="https://j.example/",
        slack_api_url="http://127.0.0.1:1/api",
        heartbeat_url="https://h.example/ping/",
    )
    assert found.jira_url == "https://j.example"
    assert found.slack_api_url == "http://127.0.0.1:1/api/"
    assert found.heartbeat_url == "https://h.example/ping/"


@pytest.mark.parametrize(
    ("jira_url", "jira_site_url", "links"),
    [
        ("https://j.example", "", "https://j.example"),
        (GATEWAY, "https://j.example/", "https://j.example"),
        ("http://jira:8080", "https://j.example", "https://j.example"),
        (GATEWAY, "", ""),
        ("", "https://j.example", ""),
    ],
)
def test_links_lead_to_where_people_open_jira(
    jira_url: str, jira_site_url: str, links: str
) -> None:
    assert settings(jira_url=jira_url, jira_site_url=jira_site_url).jira_site == links


def test_secrets_never_show_in_the_text_of_the_settings() -> None:
    secret_values = {
        "slack_bot_token": "xoxb-secret",
        "slack_app_token": "xapp-secret",
        "slack_signing_secret": "signing-secret",
        "jira_api_token": "jira-secret",
        "jira_personal_access_token": "pat-secret",
        "mlflow_tracking_password": "password-secret",
        "mlflow_tracking_token": "token-secret",
        "heartbeat_url": "https://h.example/ping-secret",
    }
    database = "postgresql+psycopg://meridian:p%40s#s-secret@db/meridian"
    found = settings(database_url=database, **secret_values)
    assert "secret" not in f"{found!r} {found}"
    assert set(found.secrets) == {*secret_values.values(), "p%40s#s-secret", "p@s#s-secret"}


def test_installs_need_no_token_and_their_secrets_are_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several = {"MERIDIAN_TRACKED_WORKSPACES": "T1 T2", "MERIDIAN_PUBLIC_URL": "https://m.example/"}
    for name, value in (INSTALLS | several).items():
        monkeypatch.setenv(name, value)
    found = config.load()
    found.check_run()
    assert found.many_workspaces
    assert (found.encryption_keys, found.tracked_workspaces) == (("a", "b"), ("T1", "T2"))
    assert {"s", "g", "a", "b"} <= set(found.secrets)
    assert found.redirect_uri == "https://m.example/slack/oauth_redirect"
    assert found.authorize_url == "https://slack.com/oauth/v2/authorize"
    assert "'a'" not in repr(found)
