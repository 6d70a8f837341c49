"""Slack's JSON to our values."""

from collections.abc import Mapping
from typing import Any

from bot.domain.person import Person

METADATA_EVENT = "meridian_delivery"


def delivery_id_of(message: Mapping[str, Any]) -> str | None:
    """Our id in a message's metadata, or None for other people's messages."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_EVENT:
        return None
    return str((metadata.get("event_payload") or {}).get("id"))


def person_of(raw: Mapping[str, Any], workspace: str) -> Person:
    """A user object (https://docs.slack.dev/reference/objects/user-object)."""
    profile = raw.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or raw.get("real_name")
    return Person(
        workspace=workspace,
        user_id=raw["id"],
        name=str(name or raw.get("name") or raw["id"]),
        zone=str(raw.get("tz") or "UTC"),
        slack_zone=str(raw.get("tz") or "UTC"),
        email=str(profile.get("email") or ""),
        is_bot=bool(raw.get("is_bot")) or raw["id"] == "USLACKBOT",
        is_guest=bool(raw.get("is_restricted") or raw.get("is_ultra_restricted")),
        is_external=raw.get("team_id") not in (None, "", workspace),
        is_admin=bool(raw.get("is_admin") or raw.get("is_owner")),
        deleted=bool(raw.get("deleted")),
    )
