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


def person_of(raw: Mapping[str, Any], workspace: str, organisation: str = "") -> Person:
    """A user object (https://docs.slack.dev/reference/objects/user-object).

    Where an `organisation` installed Meridian for its workspaces, nobody of it is external.
    """
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
        is_external=_is_external(raw, workspace, organisation),
        is_admin=_is_home(raw, workspace) and bool(raw.get("is_admin") or raw.get("is_owner")),
        deleted=bool(raw.get("deleted")),
    )


def _is_home(raw: Mapping[str, Any], workspace: str) -> bool:
    """Whether what Slack says of rights is said of this workspace."""
    return raw.get("team_id") in (None, "", workspace)


def _is_external(raw: Mapping[str, Any], workspace: str, organisation: str) -> bool:
    """Who is in several workspaces of an organisation has the `team_id` of one of them."""
    if _is_home(raw, workspace):
        return False
    of_organisation = raw.get("enterprise_user") or {}
    if workspace in (of_organisation.get("teams") or ()):
        return False
    return not organisation or of_organisation.get("enterprise_id") != organisation
