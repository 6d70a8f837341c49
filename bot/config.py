"""Settings from the environment or `.env`, read once at the start."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

_WHERE = {
    "SLACK_BOT_TOKEN": "it starts with xoxb- and stands under OAuth & Permissions, Slack app",
    "SLACK_APP_TOKEN": "it starts with xapp- and stands under Basic Information, App-Level Tokens "
    "(scope connections:write)",
    "SLACK_SIGNING_SECRET": "it stands under Basic Information, App Credentials of your Slack app",
    "JIRA_API_TOKEN": "create one under id.atlassian.com, Security, API tokens",
}


class Settings(BaseSettings):
    """Everything that an operator can set; see README.md for where each value comes from."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = "sqlite:///meridian.db"
    jira_url: str = ""
    jira_email: str = ""
    jira_api_token: str = ""
    jira_personal_access_token: str = ""
    mlflow_tracking_uri: str = ""
    mlflow_tracking_username: str = ""
    mlflow_tracking_password: str = ""
    mlflow_tracking_token: str = ""
    port: Annotated[
        int, Field(validation_alias=AliasChoices("MERIDIAN_PORT", "port"), ge=1, le=65535)
    ] = 3000
    host: Annotated[str, Field(validation_alias=AliasChoices("MERIDIAN_HOST", "host"))] = "0.0.0.0"
    socket_connections: Annotated[
        int,
        Field(validation_alias=AliasChoices("MERIDIAN_SOCKET_CONNECTIONS", "socket_connections")),
        Field(ge=1, le=10),
    ] = 2
    heartbeat_url: Annotated[
        str, Field(validation_alias=AliasChoices("MERIDIAN_HEARTBEAT_URL", "heartbeat_url"))
    ] = ""
    poll_seconds: Annotated[
        int, Field(validation_alias=AliasChoices("MERIDIAN_POLL_SECONDS", "poll_seconds"), ge=1)
    ] = 120
    log_format: Annotated[
        Literal["console", "json"],
        Field(validation_alias=AliasChoices("MERIDIAN_LOG_FORMAT", "log_format")),
    ] = "console"

    @field_validator("jira_url", "mlflow_tracking_uri", "heartbeat_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be an address such as https://example.com")
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql")):
            raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
        return value

    @property
    def uses_sqlite(self) -> bool:
        """Whether one process does all."""
        return self.database_url.startswith("sqlite")

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is listened to over a socket instead of HTTP."""
        return bool(self.slack_app_token)

    def check_run(self) -> None:
        """Raises ConfigError, one line that names the setting, where `meridian run` needs more."""
        _must(self.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")
        if self.slack_app_token:
            _must(self.slack_app_token, "SLACK_APP_TOKEN", "xapp-")
        elif not self.slack_signing_secret:
            raise ConfigError(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) is missing: "
                f"the first {_WHERE['SLACK_APP_TOKEN']}."
            )
        cloud = self.jira_email or self.jira_api_token
        if cloud and not (self.jira_email and self.jira_api_token):
            raise ConfigError("JIRA_EMAIL and JIRA_API_TOKEN go together; one of them is missing.")
        if self.jira_url and not (cloud or self.jira_personal_access_token):
            raise ConfigError(f"JIRA_API_TOKEN is missing: {_WHERE['JIRA_API_TOKEN']}.")


def load() -> Settings:
    """The settings; raises ConfigError, one line that names the setting, if one is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise ConfigError(
            f"{name} is wrong: {first['msg'].removeprefix('Value error, ')}."
        ) from None


def _must(value: str, name: str, prefix: str) -> None:
    if not value:
        raise ConfigError(f"{name} is missing: {_WHERE[name]}.")
    if not value.startswith(prefix):
        raise ConfigError(f"{name} is wrong: {_WHERE[name]}.")
