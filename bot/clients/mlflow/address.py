"""Where the tracking server is and how we prove who we are."""

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from bot.clients import egress
from bot.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Address:
    """A tracking server's base URL, without credentials or trailing slash, and its credentials.

    `authorization` is the value of the HTTP header of that name, or None; `secrets` are the words
    that must not appear in any text.
    """

    url: str
    authorization: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def parse(
        cls, url: str, username: str | None, password: str | None, token: str | None
    ) -> "Address":
        """Raises `ConfigError` for anything but an http(s) URL and credentials a header can carry.

        Credentials inside the URL count where none are given apart. A user name with a password
        goes before a token, as in MLflow's own client.
        """
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                "MLFLOW_TRACKING_URI must be the http:// or https:// address of the MLflow server."
            )
        egress.check_host(url.strip(), "MLFLOW_TRACKING_URI")
        username = username or unquote(parts.username or "")
        password = _one_line("MLFLOW_TRACKING_PASSWORD", password or unquote(parts.password or ""))
        token = _one_line("MLFLOW_TRACKING_TOKEN", token or "")
        host = parts.netloc.rpartition("@")[2]
        return cls(
            url=urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")),
            authorization=_authorization(username, password, token),
            secrets=tuple(secret for secret in (password, token) if secret),
        )

    def redact(self, text: str) -> str:
        """`text` with every secret replaced by ***."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def _authorization(username: str, password: str, token: str) -> str | None:
    if username and password:
        return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
    return f"Bearer {token}" if token else None


def _one_line(setting: str, secret: str) -> str:
    # Refused here because HTTP libraries quote an unusable header in their error texts.
    secret = secret.strip()
    if not secret.isprintable() or (setting.endswith("TOKEN") and not secret.isascii()):
        raise ConfigError(f"{setting} holds characters that no HTTP header can carry.")
    return secret
