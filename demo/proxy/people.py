"""Corrections of what local-slack says about people and conversations."""

from datetime import datetime
from zoneinfo import ZoneInfo

from demo.proxy.translate.json import Json
from demo.proxy.workspace import OWNER


def user_as_slack(user: Json, now: datetime) -> Json:
    """Return a user with the zone offset of this moment and the flags local-slack leaves out.

    local-slack's display name is the short login name; these people go by their full names.
    """
    local = now.astimezone(ZoneInfo(user.get("tz") or "UTC"))
    offset = local.utcoffset()
    owns = user.get("id") == OWNER
    return {
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_app_user": False,
        "updated": 0,
        **user,
        "is_admin": owns,
        "is_owner": owns,
        "is_primary_owner": owns,
        "profile": {**user.get("profile", {}), "display_name": user.get("real_name", "")},
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "tz_label": local.tzname() or "",
    }


def channel_as_slack(channel: Json, known: Json | None, bot_user_id: str) -> Json:
    """Return a conversation with true membership, and the other person of a direct one."""
    members = (known or {}).get("members", [])
    fixed = {**channel, "is_member": bot_user_id in members, "is_mpim": False}
    if channel.get("is_im"):
        fixed["user"] = next((member for member in members if member != bot_user_id), "")
    return fixed
