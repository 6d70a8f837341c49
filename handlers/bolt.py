"""Bolt's app, set up so that an acknowledgement follows the commit."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

_OF_THE_INSTALLATION = frozenset({"app_uninstalled", "tokens_revoked"})
"""Events that concern an organisation's installation as a whole."""


def build(
    client: AsyncWebClient,
    signing_secret: str,
    authorize: Callable[..., Awaitable[AuthorizeResult]],
) -> AsyncApp:
    """An app that never asks `auth.test` for a request: `authorize` knows who we are in each
    workspace, and names no team where Meridian isn't installed.

    `process_before_response=True` makes Bolt acknowledge after the listener instead of polling
    for the acknowledgement every 10 ms.
    """
    return AsyncApp(
        client=client,
        signing_secret=signing_secret or None,
        authorize=authorize,
        before_authorize=in_its_workspace,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )


async def in_its_workspace(
    body: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
) -> None:
    """Where an organisation installed the app its forms name that (and its events may name no
    workspace beside it): what counts is the workspace in which something was done
    (https://github.com/slackapi/bolt-js/issues/1720)."""
    organisation = context.enterprise_id
    if organisation and context.team_id in (None, "", organisation):
        found = _named(body)
        if found and found != organisation:
            context["team_id"] = found
    await next_()


def _named(body: Mapping[str, Any]) -> str:
    if "event" in body:
        whole = (body["event"] or {}).get("type") in _OF_THE_INSTALLATION
        return "" if whole else str(body.get("team_id") or "")
    team, view = body.get("team"), body.get("view") or {}
    return str((team.get("id") if isinstance(team, dict) else "") or view.get("team_id") or "")
