"""A strict Slack: it refuses what Slack refuses, with Slack's own error codes.

``async with FakeSlack() as slack:`` starts it; give ``slack.api_url`` and ``slack.bot_token`` to
slack_sdk's AsyncWebClient and drive the bot through ``slack.person("U…")``.
"""

from tests.standins.slack.errors import ClientRefused, Json, SlackViolation
from tests.standins.slack.fake import ALL_SCOPES, SIGNING_SECRET, FakeSlack
from tests.standins.slack.people.person import Ack, Person
from tests.standins.slack.people.transports import Reply
from tests.standins.slack.records import Call
from tests.standins.slack.text import links_of, mentions_of, text_of
from tests.standins.slack.workspace import APP_ID, BOT_ID, BOT_USER

__all__ = [
    "ALL_SCOPES",
    "APP_ID",
    "BOT_ID",
    "BOT_USER",
    "SIGNING_SECRET",
    "Ack",
    "Call",
    "ClientRefused",
    "FakeSlack",
    "Json",
    "Person",
    "Reply",
    "SlackViolation",
    "links_of",
    "mentions_of",
    "text_of",
]
