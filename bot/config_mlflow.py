"""MLFLOW_TRACKING_URI and what goes with it: one server, or several with names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

_ENTRY = re.compile(r"(?:(?P<name>[^=:/\s]*)=)?(?P<url>\S+)")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_CREDENTIAL = re.compile(r"mlflow_tracking_(username|password|token)_\w+")


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """One MLflow server; the default one has no name. `suffix` ends its settings (`_EU`)."""

    name: str
    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def suffix(self) -> str:
        """What the names of its own settings end with."""
        return f"_{self.name.upper().replace('-', '_')}" if self.name else ""


def addresses(text: str) -> dict[str, str]:
    """The servers' addresses by name, in order; the first one's name is empty.

    Raises ValueError with a sentence that says what to write.
    """
    found: dict[str, str] = {}
    for number, entry in enumerate(text.split(",")):
        name, url = _entry(entry.strip())
        if not number and name:
            raise ValueError(f"the first server is the default one and has no name, not {name}")
        if number and not _NAME.fullmatch(name):
            raise ValueError(
                "each further server needs a name of small letters, digits and -, "
                "such as eu=https://mlflow.eu.example.com"
            )
        if name in found:
            raise ValueError(f"two servers are called {name}")
        found[name] = url
    return found


def servers(text: str, credentials: Mapping[str, str]) -> tuple[ServerSettings, ...]:
    """The servers that MLFLOW_TRACKING_URI names; `credentials` by their settings' small names."""
    if not text:
        return ()

    def of(kind: str, server: ServerSettings) -> str:
        return credentials.get(f"mlflow_tracking_{kind}{server.suffix}".lower(), "")

    bare = [ServerSettings(name=name, url=url) for name, url in addresses(text).items()]
    return tuple(
        ServerSettings(
            name=each.name,
            url=each.url,
            username=of("username", each),
            password=of("password", each),
            token=of("token", each),
        )
        for each in bare
    )


class NamedCredentials(PydanticBaseSettingsSource):
    """`MLFLOW_TRACKING_PASSWORD_EU` and its like, whatever the servers are called."""

    def __init__(
        self, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource
    ) -> None:
        super().__init__(settings_cls)
        self._sources = sources

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing: all is said at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Those that are set, by their small names; a later source goes before an earlier one."""
        found = {
            name.lower(): value
            for source in self._sources
            if isinstance(source, EnvSettingsSource)
            for name, value in source.env_vars.items()
            if value and _CREDENTIAL.fullmatch(name.lower())
        }
        return {"mlflow_credentials": found} if found else {}


def _entry(text: str) -> tuple[str, str]:
    match = _ENTRY.fullmatch(text)
    url = match["url"].rstrip("/") if match else ""
    if match is None or not has_host(url):
        raise ValueError("must be an address such as https://example.com")
    if urlsplit(url).username is not None:
        raise ValueError("must hold no user and password: people see it in links")
    return match["name"] or "", url


def has_host(address: str) -> bool:
    """Whether it is an http or https address with a host."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
