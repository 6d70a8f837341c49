"""The Slack app manifest, generated from what is registered.

https://docs.slack.dev/reference/app-manifest
"""

from typing import Any

from handlers.registry import all_routes
from handlers.routing import Routes

NAME = "Meridian"

DESCRIPTIONS = {
    "/standup": (
        "Report, set up and follow stand-ups",
        "[new | status | skip | away | blocker | history | help]",
    ),
    "/decide": ("Log a decision and find it again", "[title | list | show D-1 | search | help]"),
    "/experiment": (
        "What was tried, who is best, what comes next",
        "[show name | compare run run | tried words | hypothesis | watch | plan | help]",
    ),
    "/alert": (
        "Know when a model got worse",
        "[new | list | show A-1 | test A-1 | silence | report | help]",
    ),
    "/digest": (
        "This channel's morning summary",
        "[20 Nov | now | preview | weekly | sprint | settings | help]",
    ),
    "/meridian": (
        "Issues, traces, your settings, help and health",
        "[issue | trace v14 | me | connect | admin | doctor | help]",
    ),
}

SHORTCUTS = {
    "decision.log_message": ("Log as decision", "Log what this message says as a decision"),
    "issue.from_message": ("Create Jira issue", "Create a Jira issue from this message"),
}

_MESSAGES = ("message.channels", "message.groups", "message.im")

SCOPES = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
)
"""History is read to find our own messages again after an answer was lost; e-mail addresses tell
who somebody is in Jira."""


def build(public_url: str = "", *, installable: bool = False) -> dict[str, Any]:
    """The manifest for Socket Mode or, where `public_url` says where people reach the bot, for HTTP
    mode; an `installable` app may be installed by other workspaces and by organisations."""
    routes = all_routes()
    events = f"{public_url.rstrip('/')}/slack/events" if public_url else ""
    back = [f"{public_url.rstrip('/')}/slack/oauth_redirect"] if public_url else []
    at = {"request_url": events} if events else {}
    return {
        "display_information": {
            "name": NAME,
            "description": "Stand-ups, decisions, experiments, alerts and digests in every zone",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [_shortcut(name) for name in sorted(routes.shortcuts)],
            "slash_commands": [_command(name, events) for name in sorted(routes.commands)],
        },
        "oauth_config": {
            "scopes": {"bot": list(SCOPES)},
            **({"redirect_urls": back} if installable and back else {}),
        },
        "settings": {
            "event_subscriptions": {**at, "bot_events": subscriptions(routes)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": installable,
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": installable,
        },
    }


def subscriptions(routes: Routes) -> list[str]:
    """The names under which Slack lists the events: messages are told by their place. Those in
    channels are looked at for the names of Jira issues only."""
    kinds = [kind for kind in routes.events if kind != "message"]
    return sorted([*kinds, *(_MESSAGES if "message" in routes.events else ())])


def _command(name: str, address: str) -> dict[str, Any]:
    description, hint = DESCRIPTIONS[name]
    return {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": True,
        **({"url": address} if address else {}),
    }


def _shortcut(callback_id: str) -> dict[str, Any]:
    name, description = SHORTCUTS[callback_id]
    return {
        "name": name,
        "type": "message",
        "callback_id": callback_id,
        "description": description,
    }
