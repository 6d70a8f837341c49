"""users.*: people with their time zones."""

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.methods.pages import page
from tests.standins.slack.records import User
from tests.standins.slack.workspace import Workspace


def info(ws: Workspace, args: Args) -> Json:
    """One person; the e-mail only with users:read.email."""
    return {"user": _shown(ws, ws.user(args.required("user")))}


def list_all(ws: Workspace, args: Args) -> Json:
    """Everybody, bots and deactivated people included, in pages."""
    found, cursor = page(args, list(ws.users.values()), most=LIMITS["page"]["users"])
    return {"members": [_shown(ws, user) for user in found]} | cursor


def _shown(ws: Workspace, user: User) -> Json:
    return user.payload(ws.now(), with_email="users:read.email" in ws.scopes)
