"""Bolt's app, set up so that an acknowledgement follows the commit."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


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
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )
