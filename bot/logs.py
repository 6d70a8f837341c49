"""Structured logs without secrets."""

import logging
import re
import sys
from typing import Any

import structlog

_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|https://hooks\.slack\.com/\S+|(?i:bearer|basic) [\w.~+/=-]{8,}"
)


def configure(log_format: str) -> None:
    """Log to standard error, for people or as JSON; other libraries' warnings come along."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
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
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def redact(text: str) -> str:
    """The text without tokens and response addresses."""
    return _SECRET.sub("[secret]", text)


def _redacted(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    return {k: redact(v) if isinstance(v, str) else v for k, v in event.items()}
