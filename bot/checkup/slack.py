"""Whether Slack takes our tokens, grants what we need, shows our channels, and has our time."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.checkup.reading import read
from bot.checkup.running import Check, Group
from bot.clients.slack.clock import slack_clock
from bot.clients.slack.connect import Identity, identify, open_socket, web_client
from bot.clients.slack.errors import translated
from bot.config import Settings, refused
from bot.errors import ConfigError, SlackError
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock
from bot.services import channels
from handlers.manifest import SCOPES

T = TypeVar("T")

MOST_CHANNELS = 40
"""As many calls as Slack takes at once without a 429
(https://docs.slack.dev/reference/methods/conversations.info: some fifty a minute)."""

_AT_ONCE = 4
# Slack itself refuses, and has us refuse, what is off by five minutes
# (https://docs.slack.dev/authentication/verifying-requests-from-slack).
_MOST_SKEW = timedelta(seconds=30)


def group(settings: Settings, clock: Clock) -> Group:
    """The checks of the one workspace whose token the settings hold."""
    client = web_client(settings.slack_bot_token, settings.slack_api_url)
    return Group(
        first=("slack", partial(_tokens, settings, client)),
        rest=_with(settings, client, clock),
    )


def installed(settings: Settings, client: AsyncWebClient, workspace: str, clock: Clock) -> Group:
    """The checks of a workspace that installed the app."""
    return Group(
        first=(f"slack {workspace}", partial(_installed, client)),
        rest=_with(settings, client, clock, workspace),
    )


def _with(settings: Settings, client: AsyncWebClient, clock: Clock, of: str = "") -> list[Check]:
    return [
        (f"channels {of}".strip(), partial(_channels, settings, client, of)),
        (f"clock {of}".strip(), partial(_clock, client, clock)),
    ]


async def _tokens(settings: Settings, client: AsyncWebClient) -> str:
    identity = await _asked(identify(client), "SLACK_BOT_TOKEN")
    if settings.socket_mode:
        opened = open_socket(settings.slack_app_token, settings.slack_api_url)
        await _asked(opened, "SLACK_APP_TOKEN")
    if missing := _lacking(identity):
        raise ConfigError(
            f"SLACK_BOT_TOKEN lacks scopes ({missing}): give the app the manifest that "
            "`meridian manifest` prints, then reinstall it"
        )
    return f"connected to {identity.workspace_name}"


async def _installed(client: AsyncWebClient) -> str:
    try:
        identity = await identify(client)
    except SlackError as error:
        if error.retryable:
            raise
        raise ConfigError(
            f"Slack refuses this workspace's token ({error.code}): one of its admins has to "
            "install the app again"
        ) from error
    if missing := _lacking(identity):
        raise ConfigError(
            f"scopes are lacking ({missing}): one of its admins has to install the app again"
        )
    return f"connected to {identity.workspace_name}"


def _lacking(identity: Identity) -> str:
    return ", ".join(sorted({*SCOPES} - {*identity.scopes})) if identity.scopes else ""


async def _asked(call: Awaitable[T], setting: str) -> T:
    try:
        return await call
    except SlackError as error:
        raise error if error.retryable else refused(setting, error.code) from error


async def _channels(settings: Settings, client: AsyncWebClient, of: str) -> str:
    """Every channel that we are to post to, at most `MOST_CHANNELS` of them, without us in it."""
    workspace = of or (await identify(client)).workspace
    wanted = await read(settings, posting_to, workspace)
    gate = asyncio.Semaphore(_AT_ONCE)
    asked = wanted[:MOST_CHANNELS]
    states = await asyncio.gather(*(_missing(client, each, gate) for each in asked))
    missing = [state for state in states if state]
    if missing:
        raise ConfigError(
            f"Meridian is not in {', '.join(missing)}: type /invite @Meridian there, or end what "
            "is set up for it"
        )
    more = f", {len(wanted) - len(asked)} not looked at" if len(wanted) > len(asked) else ""
    return f"in all {len(asked)} that it posts to{more}" if asked else "none is set up yet"


def posting_to(uow: UnitOfWork, workspace: str) -> list[str]:
    """The channels of stand-ups, decisions, alerts, goals and digests that are set up."""
    digests = {each.channel for each in uow.digests.all(workspace)}
    return sorted(channels.watched(uow, workspace) | digests)


async def _missing(client: AsyncWebClient, channel: str, gate: asyncio.Semaphore) -> str:
    """How people call the channel if we aren't in it; nothing if we are, or if it is archived."""
    try:
        async with gate, translated("conversations.info"):
            info = (await client.conversations_info(channel=channel))["channel"]
    except SlackError as error:
        if error.code != "channel_not_found":
            raise
        return channel
    there = info.get("is_member") or info.get("is_im") or info.get("is_archived")
    return "" if there else f"#{info.get('name') or channel}"


async def _clock(client: AsyncWebClient, clock: Clock) -> str:
    before = clock()
    said = await slack_clock(client)
    return skew(before, said, clock())


def skew(before: datetime, said: datetime | None, after: datetime) -> str:
    """How far our clock lies from what Slack said between two looks at it; raises ConfigError
    where that is more than an answer may take.
    """
    if said is None:
        return "Slack didn't say what time it is"
    # Slack names the second that had begun.
    ahead, behind = before - said - timedelta(seconds=1), said - after
    if max(ahead, behind) > _MOST_SKEW:
        way = "ahead of" if ahead > behind else "behind"
        seconds = max(ahead, behind).total_seconds()
        raise ConfigError(
            f"this machine's clock is {seconds:.0f} s {way} Slack's: let NTP set it (timedatectl "
            "set-ntp true); from five minutes on Slack's requests are refused"
        )
    return "agrees with Slack's"
