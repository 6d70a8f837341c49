"""Structured logs without secrets."""

import json
import logging
import re
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import structlog

# A key with its value stands in a form's body, in JSON (maybe inside JSON) or in Python's own
# writing, texts or bytes.
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|hooks\.slack\.com(?:/|%2[Ff])[^\s\"',}&]+"
    r"|(?<=request - url: )[^\s,]+|(?<=ticket=)[\w-]+"
    r"|(?i:bearer|basic) [\w.~+/=-]{8,}"
    r"|(?<![\w.-])(?i:response_url|token|client_secret|refresh_token|access_token)=[^\s&\"']{6,}"
    r"""|(?<=["'])(?i:response_url|authorization|(?:access_|refresh_)?token|client_secret"""
    r"""|x-slack-signature)[\\"']+\s*[:,]\s*\[?b?[\\"']+(?:\w+ )?[^\s"'\\]+"""
)

# "/ping" would be cut out of many a line.
_SHORTEST_PATH = 8

# Bolt's warning at every start that it leaves SLACK_BOT_TOKEN alone, and APScheduler's that a job
# still runs: both are meant to be so.
_NOISE = re.compile(
    r"`token` will be unused|`token` \(or SLACK_BOT_TOKEN .* will be ignored"
    r"|maximum number of running instances reached"
)


def configure(log_format: str, secrets: Sequence[str] = ()) -> None:
    """Log to standard error, for people or as JSON; other libraries' warnings come along.

    What looks like a secret, and each of `secrets`, is left out of every line.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last = _redacting(_renderer(log_format), secrets)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared)
    )
    handler.addFilter(lambda record: not _NOISE.search(record.getMessage()))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """The text without tokens, response addresses and each of `secrets`, however it is spelled."""
    return _without(text, _spellings(secrets))


def _without(text: str, spellings: Sequence[str]) -> str:
    for each in spellings:
        text = text.replace(each, "[secret]")
    return _SECRET.sub("[secret]", text)


def _spellings(secrets: Sequence[str]) -> list[str]:
    """Each secret as an address, JSON and Python write it, the longest first; an address that is a
    secret is logged in parts, too."""
    found: set[str] = set()
    for secret in secrets:
        found |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        found |= {json.dumps(secret)[1:-1], json.dumps(json.dumps(secret)[1:-1])[1:-1]}
        found |= {json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
        found.add(repr(secret.encode())[2:-1])
        path = urlsplit(secret).path if secret.startswith(("http://", "https://")) else ""
        if len(path) > _SHORTEST_PATH:
            found.add(path)
    return sorted(found - {""}, key=len, reverse=True)


def _renderer(log_format: str) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    # Where `rich` is installed structlog would draw the values of local variables into a traceback.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _redacting(render: Any, secrets: Sequence[str]) -> Any:
    """The finished line is what is looked at: a secret may hide in any value's text."""

    spellings = _spellings(secrets)

    def redacted(logger: Any, name: str, event: dict[str, Any]) -> str:
        return _without(str(render(logger, name, event)), spellings)

    return redacted
