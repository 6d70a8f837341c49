"""How the fake says no: Slack's error codes for the bot, assertion errors for the test."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """An answer ``{"ok": false, "error": code}``; ``problems`` become ``response_metadata``."""

    def __init__(self, code: str, *, problems: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(code, *problems)
        self.code = code
        self.problems = tuple(problems)
        self.extra = extra

    def body(self) -> Json:
        """The answer's JSON body, shaped as Slack shapes it."""
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.problems:
            body.setdefault("errors", list(self.problems))
            messages = [f"[ERROR] {problem}" for problem in self.problems]
            body["response_metadata"] = {"messages": messages}
        return body


class SlackViolation(AssertionError):
    """The bot answered a person with something Slack would not have accepted."""


class ClientRefused(AssertionError):
    """Slack's own client would not have sent this; ``errors`` maps block_id to the reason."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(f"the Slack client refuses to submit: {errors}")
        self.errors = errors
