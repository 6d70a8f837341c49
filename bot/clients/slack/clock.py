"""What time it is at Slack."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.errors import translated


async def slack_clock(client: AsyncWebClient) -> datetime | None:
    """The time of Slack's answer, to the second (aware UTC), by the header `Date`; None where it
    names none. Raises SlackError.

    https://docs.slack.dev/reference/methods/api.test
    """
    async with translated("api.test"):
        answer = await client.api_test()
    said = str(answer.headers.get("Date") or "")
    try:
        return parsedate_to_datetime(said).astimezone(UTC)
    except ValueError:
        return None
