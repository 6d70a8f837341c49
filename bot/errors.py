"""The error tree: what went wrong, and who can mend it."""

from collections.abc import Mapping


class BotError(Exception):
    """Root of every error that Meridian raises on purpose; its text is a plain sentence."""


class UserError(BotError):
    """A person can mend it; the text says what to type instead and is shown only to them."""


class InvalidInput(UserError):
    """A value could not be understood."""


class InvalidForm(UserError):
    """Some fields of a form need another value; `fields` maps block ids to sentences."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class NotFound(UserError):
    """The thing that was named does not exist in this workspace."""


class NotPermitted(UserError):
    """The person may not do this."""


class Conflict(UserError):
    """Somebody else changed it first; nothing was overwritten."""


class AlreadyHandled(BotError):
    """The same interaction was committed before; there is nothing left to do."""


class ConfigError(BotError):
    """A setting is missing or wrong; the text names it and says where to get it."""


class SecretsError(ConfigError):
    """A kept secret can't be opened with the keys that are set."""


class ExternalServiceError(BotError):
    """An outside system failed or refused.

    `retryable` says whether the same call may succeed later, `retry_after` the seconds to wait if
    the other side named them, and `ambiguous` that the call may have been carried out although
    no answer came.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.ambiguous = ambiguous


class SlackError(ExternalServiceError):
    """Slack failed or refused; `code` is Slack's own error string."""


class JiraError(ExternalServiceError):
    """Jira failed or refused; `code` is the HTTP status where there was one, or `captcha`.

    `fields` holds what Jira said of single fields of an issue, by their ids.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            message,
            code=code,
            retryable=retryable,
            retry_after=retry_after,
            ambiguous=ambiguous,
        )
        self.fields = dict(fields or {})


class MlflowError(ExternalServiceError):
    """MLflow failed or refused; `code` is MLflow's error code where there was one."""
