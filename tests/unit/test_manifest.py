"""The checked-in Slack app manifest is what is registered, with the scopes that are used."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from handlers import manifest
from handlers.registry import all_routes
from tests.standins.slack.methods.table import METHODS

ROOT = Path(__file__).parents[2]

READ = {"channels:read", "groups:read", "im:read"}
HISTORY = {"channels:history", "groups:history", "im:history"}
POST = {"chat:write"}

NEEDED: dict[str, set[str]] = {
    "api_test": set(),
    "auth_teams_list": set(),
    "auth_test": set(),
    "chat_postMessage": POST,
    "chat_update": POST,
    "conversations_history": HISTORY,
    "conversations_info": READ,
    "conversations_members": READ,
    "conversations_open": {"im:write"},
    "conversations_replies": HISTORY,
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "users_info": {"users:read", "users:read.email"},
    "users_list": {"users:read", "users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""What each method needs for public and private channels and direct messages, by its page under
https://docs.slack.dev/reference/methods; without `users:read.email` members come without their
address."""

EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unarchive": {"channels:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "team_access_granted": set(),
    "team_access_revoked": set(),
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
"""By https://docs.slack.dev/reference/events."""


def called_methods() -> Iterator[str]:
    """Every Web API method that the Slack client calls, by its name in slack_sdk."""
    for path in (ROOT / "bot/clients/slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner in ("client", "self._client"):
                    yield node.func.attr


def test_the_checked_in_file_is_what_the_command_prints() -> None:
    assert json.loads((ROOT / "docs/slack-manifest.json").read_text()) == manifest.build()


def test_the_scopes_are_those_of_the_methods_in_use_and_no_others() -> None:
    used = set(called_methods())
    assert len(used) > 10
    assert used <= set(NEEDED), "a new method: add what its page says it needs"
    events = manifest.build()["settings"]["event_subscriptions"]["bot_events"]
    needed = set().union(*(NEEDED[name] for name in used), *(EVENTS[name] for name in events))
    scopes = manifest.build()["oauth_config"]["scopes"]["bot"]
    assert set(scopes) == needed | {"commands"}
    assert scopes == sorted(scopes)


def test_the_strict_fake_agrees_with_the_table() -> None:
    for name in called_methods():
        dotted = name.replace("_", ".", 1)
        known = METHODS.get(dotted) or METHODS[name.replace("_", ".")]
        asked = known.scopes
        assert not asked or set(asked) & NEEDED[name]


def test_commands_and_events_are_those_that_are_registered() -> None:
    built, routes = manifest.build(), all_routes()
    commands = {command["command"] for command in built["features"]["slash_commands"]}
    assert commands == set(routes.commands)
    assert commands == {"/standup", "/decide", "/experiment", "/alert", "/digest", "/meridian"}
    shortcuts = {shortcut["callback_id"] for shortcut in built["features"]["shortcuts"]}
    assert shortcuts == set(routes.shortcuts) == {"decision.log_message", "issue.from_message"}
    events = built["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in events} == set(routes.events)


def test_for_http_it_names_the_addresses_and_for_all_it_may_be_installed_by_all() -> None:
    built = manifest.build("https://meridian.example.com/", installable=True)
    events = "https://meridian.example.com/slack/events"
    settings = built["settings"]
    assert settings["event_subscriptions"]["request_url"] == events
    assert settings["interactivity"]["request_url"] == events
    assert {each["url"] for each in built["features"]["slash_commands"]} == {events}
    back = built["oauth_config"]["redirect_urls"]
    assert back == ["https://meridian.example.com/slack/oauth_redirect"]
    assert settings["org_deploy_enabled"]
    assert settings["token_rotation_enabled"]
    assert not settings["socket_mode_enabled"]


def test_the_manifest_keeps_slacks_limits() -> None:
    """https://docs.slack.dev/reference/app-manifest"""
    built = manifest.build()
    assert len(built["display_information"]["name"]) <= 35
    assert len(built["display_information"]["description"]) <= 140
    for shortcut in built["features"]["shortcuts"]:
        assert shortcut["type"] == "message"
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["callback_id"]) <= 255
        assert len(shortcut["description"]) <= 150
    for command in built["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
