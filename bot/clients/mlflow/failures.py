"""MLflow's failures, translated once into `MlflowError`.

Codes: https://mlflow.org/docs/latest/api_reference/rest-api.html and mlflow's `exceptions.py`.
"""

import json
import re
from collections.abc import Mapping

from bot.clients.egress import Forbidden
from bot.clients.mlflow.address import Address
from bot.errors import MlflowError

RETRYABLE_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
RETRYABLE_CODE = frozenset(
    {
        "DEADLINE_EXCEEDED",
        "INTERNAL_ERROR",
        "REQUEST_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "TEMPORARILY_UNAVAILABLE",
    }
)
MAX_TEXT = 200


def refused(
    address: Address, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> MlflowError:
    """The error for an answer other than 200; its body may be JSON, HTML, plain text or nothing."""
    code, message = _code_and_message(body)
    headers = headers or {}
    return MlflowError(
        f"MLflow refused ({status}): {hint(status, message) or excerpt(address, message)}",
        code=code or str(status),
        retryable=status in RETRYABLE_STATUS or code in RETRYABLE_CODE,
        retry_after=_seconds(headers.get("retry-after", "")),
    )


def unreachable(address: Address, *, timed_out: bool) -> MlflowError:
    """The error for a server that answered nothing."""
    what = "did not answer in time" if timed_out else "can't be reached"
    return MlflowError(f"MLflow at {address.url} {what}.", code="UNREACHABLE", retryable=True)


def astray(error: Forbidden) -> MlflowError:
    """The error for a host whose name leads to where nothing is sent."""
    return MlflowError(f"MLflow: {error}", code=error.code, retryable=True)


def unreadable(address: Address, why: str) -> MlflowError:
    """The error for an answer that isn't what MLflow 3 sends."""
    return MlflowError(
        f"MLflow's answer could not be read: {excerpt(address, why)}", code="UNREADABLE"
    )


def hint(status: int, message: str) -> str:
    """What to do about refusals that people can mend in the set-up, or nothing."""
    if 300 <= status < 400:
        return "it redirects; set MLFLOW_TRACKING_URI to the final address."
    if status == 401:
        return "the credentials are missing or wrong (MLFLOW_TRACKING_USERNAME, _PASSWORD, _TOKEN)."
    if status == 403 and "host header" in message.casefold():
        return "it does not accept this host name; start the server with --allowed-hosts."
    return ""


def excerpt(address: Address, text: str) -> str:
    """`text` without markup and secrets, in one line of at most 200 characters."""
    plain = " ".join(re.sub(r"<[^>]*>", " ", address.redact(text)).split())
    return plain if len(plain) <= MAX_TEXT else plain[: MAX_TEXT - 1] + "…"


def _code_and_message(body: bytes) -> tuple[str, str]:
    text = body.decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except ValueError:
        return "", text
    if not isinstance(answer, dict):
        return "", text
    return str(answer.get("error_code") or ""), str(answer.get("message") or text)


def _seconds(header: str) -> float | None:
    return float(header) if re.fullmatch(r"\d{1,6}", header) else None
