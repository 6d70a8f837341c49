"""Structured logs without secrets."""

import logging
import re
import sys
from collections.abc import Sequence
from typing import Any

import structlog

# The last one is a key with its value, as JSON (maybe inside JSON) or as Python writes it.
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|https://hooks\.slack\.com/[^\s\"',}]+"
    r"|(?<=request - url: )[^\s,]+|(?<=ticket=)[\w-]+"
    r"|(?i:bearer|basic) [\w.~+/=-]{8,}"
    r"""|(?<=["'])(?i:response_url|authorization|token)[\\"']+\s*:\s*[\\"']+[^\s"'\\]+"""
)

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
    """The text without tokens, response addresses and each of `secrets`."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return _SECRET.sub("[secret]", text)


def _renderer(log_format: str) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _redacting(render: Any, secrets: Sequence[str]) -> Any:
    """The finished line is what is looked at: a secret may hide in any value's text."""

    def redacted(logger: Any, name: str, event: dict[str, Any]) -> str:
        return redact(str(render(logger, name, event)), secrets)

    return redacted
