"""Settings from the environment or `.env`, read once at the start."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.config_mlflow import NamedCredentials, ServerSettings, addresses, has_host, servers
from bot.errors import ConfigError

_WHERE = {
    "SLACK_BOT_TOKEN": "it starts with xoxb- and stands under OAuth & Permissions, Slack app",
    "SLACK_APP_TOKEN": "it starts with xapp- and stands under Basic Information, App-Level Tokens "
    "(scope connections:write)",
    "SLACK_SIGNING_SECRET": "it stands under Basic Information, App Credentials of your Slack app",
    "SLACK_CLIENT_SECRET": "it stands under Basic Information, App Credentials of your Slack app",
    "MERIDIAN_ENCRYPTION_KEYS": "make one with `meridian rotate-keys --new-key` and keep it safe: "
    "without it kept Slack tokens can't be read",
    "MERIDIAN_PUBLIC_URL": "it is where people reach this bot, such as https://meridian.example.com",
    "JIRA_URL": "it is the address of your Jira site, such as https://example.atlassian.net",
    "JIRA_SITE_URL": "it is where people open your Jira in a browser, such as "
    "https://example.atlassian.net; `meridian doctor` says how Jira itself names it",
    "JIRA_EMAIL": "it is the address of the Atlassian account that JIRA_API_TOKEN belongs to",
    "JIRA_TOKEN_EXPIRES": "it is the last day of the Jira token, such as 2027-03-01",
    "JIRA_API_TOKEN": "create one under id.atlassian.com, Security, API tokens",
    "MLFLOW_TRACKING_URI": "it is the address of your MLflow server, such as "
    "https://mlflow.example.com, and of further ones with names: https://…, eu=https://…",
    "MLFLOW_TRACKING_USERNAME": "it is the MLflow user that MLFLOW_TRACKING_PASSWORD belongs to",
    "MLFLOW_TRACKING_PASSWORD": "it is the password of MLFLOW_TRACKING_USERNAME",
    "MERIDIAN_HEARTBEAT_URL": "your monitoring service shows it beside the check",
}

# Scoped tokens work only there, and nobody can open an issue there
# (https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/).
_ATLASSIAN_GATEWAY = "api.atlassian.com"

# As SQLAlchemy reads it: a password may hold anything but an @.
_DATABASE = re.compile(
    r"sqlite:///.+"
    r"|postgresql(\+psycopg)?://([^:/@]*(:(?P<password>[^@]*))?@)?"
    r"(\[[^\]]+\]|[^:/?\[\]]*)(:\d+)?(/[^?]*)?(\?.*)?"
)


def _meridian(name: str, **rules: Any) -> Any:
    """A field that the environment calls MERIDIAN_<NAME>."""
    return Field(validation_alias=AliasChoices(f"MERIDIAN_{name.upper()}", name), **rules)


WORKER_CONCURRENCY = 20
"""How many workspaces a process sends for at once, on PostgreSQL, unless it is told."""

Secret = Annotated[str, Field(repr=False)]
"""A value that never shows in the settings' text; `Settings.secrets` lists them for the logs."""


class Settings(BaseSettings):
    """Everything that an operator can set; see README.md for where each value comes from."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    slack_bot_token: Secret = ""
    slack_app_token: Secret = ""
    slack_signing_secret: Secret = ""
    slack_client_id: str = ""
    slack_client_secret: Secret = ""
    slack_api_url: str = "https://slack.com/api/"
    database_url: Secret = "sqlite:///meridian.db"
    jira_url: str = ""
    jira_site_url: str = ""
    jira_email: str = ""
    jira_api_token: Secret = ""
    jira_personal_access_token: Secret = ""
    jira_token_expires: date | None = None
    mlflow_tracking_uri: str = ""
    mlflow_tracking_username: str = ""
    mlflow_tracking_password: Secret = ""
    mlflow_tracking_token: Secret = ""
    mlflow_credentials: Annotated[Mapping[str, str], Field(repr=False)] = {}
    mlflow_webhook_secret: Secret = ""
    port: Annotated[int, _meridian("port", ge=1, le=65535)] = 3000
    host: Annotated[str, _meridian("host")] = "0.0.0.0"
    socket_connections: Annotated[int, _meridian("socket_connections", ge=1, le=10)] = 2
    heartbeat_url: Annotated[str, _meridian("heartbeat_url", repr=False)] = ""
    poll_seconds: Annotated[int, _meridian("poll_seconds", ge=1)] = 120
    worker_concurrency: Annotated[int, _meridian("worker_concurrency", ge=0, le=1000)] = (
        WORKER_CONCURRENCY
    )
    encryption_keys: Annotated[
        Sequence[str], NoDecode, _meridian("encryption_keys", repr=False)
    ] = ()
    tracked_workspaces: Annotated[Sequence[str], NoDecode, _meridian("tracked_workspaces")] = ()
    public_url: Annotated[str, _meridian("public_url")] = ""
    log_format: Annotated[Literal["console", "json"], _meridian("log_format")] = "console"
    backup_folder: Annotated[str, _meridian("backup_folder")] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual ones, and the credentials of named MLflow servers."""
        usual = (init_settings, env_settings, dotenv_settings, file_secret_settings)
        return *usual, NamedCredentials(settings_cls, dotenv_settings, env_settings)

    @field_validator("encryption_keys", "tracked_workspaces", mode="before")
    @classmethod
    def _are_several(cls, value: object) -> object:
        """Set as one text with commas between them."""
        if not isinstance(value, str):
            return value
        return tuple(part for part in re.split(r"[\s,]+", value) if part)

    @field_validator("slack_api_url", "jira_url", "jira_site_url", "heartbeat_url", "public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not has_host(value):
            raise ValueError("must be an address such as https://example.com")
        return value

    @field_validator("mlflow_tracking_uri")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        if value:
            addresses(value)
        return value

    @field_validator("jira_url", "jira_site_url")
    @classmethod
    def _start_of_links(cls, value: str) -> str:
        if urlsplit(value).username is not None:
            raise ValueError("must hold no user and password: people see it in links")
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _with_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if not _DATABASE.fullmatch(value):
            raise ValueError("must be sqlite:///<file> or postgresql+psycopg://<user>@<host>/<db>")
        # There the tools of PostgreSQL would show it to everybody on the machine.
        if re.search(r"[?&](ssl)?password=", value, re.IGNORECASE):
            raise ValueError("must hold the password before the @, not after the ?")
        return value

    @property
    def uses_sqlite(self) -> bool:
        """Whether one process does all."""
        return self.database_url.startswith("sqlite")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be shown, the password of the database included."""
        values = [
            self.slack_bot_token,
            self.slack_app_token,
            self.slack_signing_secret,
            self.slack_client_secret,
            *self.encryption_keys,
            self.jira_api_token,
            self.jira_personal_access_token,
            self.mlflow_tracking_password,
            self.mlflow_tracking_token,
            *(value for name, value in self.mlflow_credentials.items() if "username" not in name),
            self.mlflow_webhook_secret,
            self.heartbeat_url,
            self._database_password,
        ]
        return tuple({value: None for v in values for value in (v, unquote(v)) if value})

    @property
    def mlflow_servers(self) -> tuple[ServerSettings, ...]:
        """Every MLflow server, the default one first; none where MLflow isn't configured."""
        ours = {
            "mlflow_tracking_username": self.mlflow_tracking_username,
            "mlflow_tracking_password": self.mlflow_tracking_password,
            "mlflow_tracking_token": self.mlflow_tracking_token,
        }
        return servers(self.mlflow_tracking_uri, {**self.mlflow_credentials, **ours})

    @property
    def jira_site(self) -> str:
        """Where links to issues lead; empty where that isn't known."""
        gateway = urlsplit(self.jira_url).hostname == _ATLASSIAN_GATEWAY
        return (self.jira_url and self.jira_site_url) or ("" if gateway else self.jira_url)

    @property
    def many_workspaces(self) -> bool:
        """Whether workspaces install the app themselves, instead of one whose token is set."""
        return bool(self.slack_client_id)

    @property
    def redirect_uri(self) -> str:
        """Where Slack sends people back to who installed the app; empty leaves that to Slack."""
        return f"{self.public_url.rstrip('/')}/slack/oauth_redirect" if self.public_url else ""

    @property
    def authorize_url(self) -> str:
        """Slack's page where people agree to install the app."""
        return urljoin(self.slack_api_url, "../oauth/v2/authorize")

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is listened to over a socket instead of HTTP."""
        return bool(self.slack_app_token)

    @property
    def _database_password(self) -> str:
        found = _DATABASE.fullmatch(self.database_url)
        return (found and found["password"]) or ""

    def check_run(self) -> None:
        """Raises ConfigError, one line that names the setting, where `meridian run` needs more."""
        self._check_tokens()
        if self.slack_app_token:
            _must(self.slack_app_token, "SLACK_APP_TOKEN", "xapp-")
        elif not self.slack_signing_secret:
            raise ConfigError(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) is missing: "
                f"the first {_WHERE['SLACK_APP_TOKEN']}."
            )
        self._check_jira()
        self._check_mlflow()

    def check_work(self) -> None:
        """Raises ConfigError, one line that names the setting, where `meridian worker` needs more:
        it listens to nobody, so it needs less than `run`, but a database that others share."""
        if self.uses_sqlite:
            raise ConfigError(
                "DATABASE_URL is SQLite, where `meridian run` does all the work: workers need "
                "postgresql+psycopg://…"
            )
        self._check_tokens()
        self._check_jira()
        self._check_mlflow()

    def _check_tokens(self) -> None:
        if self.many_workspaces:
            self._check_installs()
        else:
            _must(self.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")

    def _check_installs(self) -> None:
        if self.slack_bot_token:
            raise ConfigError(
                "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set: with the first Meridian serves "
                "the workspace of that token, with the second those that install the app."
            )
        _must(self.slack_client_secret, "SLACK_CLIENT_SECRET")
        if not self.encryption_keys:
            _must("", "MERIDIAN_ENCRYPTION_KEYS")

    def _check_jira(self) -> None:
        if self.jira_email or self.jira_api_token:
            _must(self.jira_email, "JIRA_EMAIL")
            _must(self.jira_api_token, "JIRA_API_TOKEN")
        elif self.jira_url and not self.jira_personal_access_token:
            _must("", "JIRA_API_TOKEN")
        if self.jira_api_token or self.jira_personal_access_token:
            _must(self.jira_url, "JIRA_URL")
        if self.jira_url:
            _must(self.jira_site, "JIRA_SITE_URL")

    def _check_mlflow(self) -> None:
        if self.mlflow_tracking_username or self.mlflow_tracking_password:
            _must(self.mlflow_tracking_username, "MLFLOW_TRACKING_USERNAME")
            _must(self.mlflow_tracking_password, "MLFLOW_TRACKING_PASSWORD")
        if self.mlflow_tracking_password or self.mlflow_tracking_token:
            _must(self.mlflow_tracking_uri, "MLFLOW_TRACKING_URI")
        for each in self.mlflow_servers:
            if each.name and bool(each.username) != bool(each.password):
                missing = "PASSWORD" if each.username else "USERNAME"
                raise ConfigError(
                    f"MLFLOW_TRACKING_{missing}{each.suffix} is missing: the login of the MLflow "
                    f"server {each.name} needs both."
                )


def load() -> Settings:
    """The settings; raises ConfigError, one line that names the setting, if one is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        where = f"; {_WHERE[name]}" if name in _WHERE else ""
        raise ConfigError(f"{name} is wrong: {reason}{where}.") from None


def refused(name: str, code: str) -> ConfigError:
    """What to raise where Slack refuses the token of that setting."""
    return ConfigError(f"{name} is refused by Slack ({code}); copy it again: {_WHERE[name]}.")


def _must(value: str, name: str, prefix: str = "") -> None:
    if not value:
        raise ConfigError(f"{name} is missing: {_WHERE[name]}.")
    if not value.startswith(prefix):
        raise ConfigError(f"{name} is wrong: {_WHERE[name]}.")
