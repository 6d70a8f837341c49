"""Where Jira is and how to log in."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

from bot.clients import egress
from bot.domain.issues.token import TokenFacts
from bot.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class JiraAccess:
    """An address without credentials or trailing slash, and one way to log in; times in seconds.

    Raises `ConfigError` unless `url` is a web address that `bot.clients.egress` finds fit and there
    is a personal access token (Data Center) or both an e-mail and an API token (Cloud).
    """

    url: str
    email: str | None
    api_token: str | None = field(repr=False)
    personal_access_token: str | None = field(repr=False)
    timeout: float
    deadline: float
    token_expires: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _without_credentials(self.url))
        egress.check_host(self.url, "JIRA_URL")
        if not self.personal_access_token and not (self.email and self.api_token):
            raise ConfigError(
                "Jira needs JIRA_EMAIL and JIRA_API_TOKEN (Cloud) or JIRA_PERSONAL_ACCESS_TOKEN"
                " (Data Center)."
            )

    @property
    def basic_auth(self) -> tuple[str, str] | None:
        """E-mail and API token, where no personal access token takes precedence."""
        if self.personal_access_token or not (self.email and self.api_token):
            return None
        return self.email, self.api_token

    @property
    def token_setting(self) -> str:
        """The setting to renew when Jira refuses the token."""
        return "JIRA_PERSONAL_ACCESS_TOKEN" if self.personal_access_token else "JIRA_API_TOKEN"

    @property
    def token_facts(self) -> TokenFacts:
        """What is known of the token without asking; its fingerprint can't be turned back."""
        token = self.personal_access_token or self.api_token or ""
        salted = f"meridian {self.url} {self.email or ''} {token}"
        return TokenFacts(
            fingerprint=sha256(salted.encode()).hexdigest()[:24],
            setting=self.token_setting,
            # Personal access tokens of Data Center may live for ever.
            is_mortal=not self.personal_access_token,
            expires_on=self.token_expires,
        )


def _without_credentials(url: str) -> str:
    parts = urlsplit(url.strip())
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("JIRA_URL is not a web address such as https://team.atlassian.net.")
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
