"""Slack's answers, and their absence, as `SlackError`.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import SlackError

# Slack says of these that some aspect of the operation may have succeeded.
_AMBIGUOUS = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
_WAIT = frozenset({"ratelimited", "rate_limited"})
# A token that rotates: the next call brings a fresh one.
_PASSES = frozenset({"token_expired"})
_TOO_MANY = 429
_SERVER_ERROR = 500

_SENTENCES = {
    "channel_not_found": "I can't see that channel.",
    "not_in_channel": "I'm not in that channel. Type `/invite @Meridian` there.",
    "is_archived": "That channel is archived.",
    "expired_trigger_id": "Slack took too long to open the form. Type the command again.",
    "hash_conflict": "The form changed in the meantime.",
    "missing_scope": "Slack doesn't let me do that: a scope is missing. Reinstall the app.",
    "invalid_auth": "Slack refuses my token.",
}


@asynccontextmanager
async def translated(method: str) -> AsyncIterator[None]:
    """Every failure of a call to `method` inside comes out as a SlackError."""
    try:
        yield
    except SlackApiError as error:
        raise _refused(method, error) from error
    except aiohttp.ClientConnectorError as error:
        raise SlackError("Slack can't be reached.", code="unreachable", retryable=True) from error
    except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError) as error:
        raise SlackError(
            "Slack didn't answer.", code="no_answer", retryable=True, ambiguous=True
        ) from error


def _refused(method: str, error: SlackApiError) -> SlackError:
    response = error.response
    status = getattr(response, "status_code", 200)
    # An HTML body of a failing proxy arrives as text.
    data = response.data if isinstance(getattr(response, "data", None), dict) else {}
    code = str(data.get("error") or f"http_{status}")
    if status == _TOO_MANY or code in _WAIT:
        wait = _seconds(response.headers.get("Retry-After"))
        return SlackError("Slack is busy.", code="ratelimited", retryable=True, retry_after=wait)
    if status >= _SERVER_ERROR or code in _AMBIGUOUS:
        return SlackError("Slack failed.", code=code, retryable=True, ambiguous=True)
    sentence = _SENTENCES.get(code, f"Slack refused {method}: {code}.")
    return SlackError(sentence, code=code, retryable=code in _PASSES)


def _seconds(value: object) -> float:
    try:
        return max(1.0, float(str(value)))
    except ValueError:
        return 1.0
