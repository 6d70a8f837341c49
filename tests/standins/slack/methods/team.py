"""Methods about the app and its connection, and the validator of blocks."""

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.workspace import APP_ID, BOT_ID, BOT_USER, Workspace


def api_test(ws: Workspace, args: Args) -> Json:
    """Echo the arguments; an ``error`` argument comes back as the error."""
    if args.has("error"):
        raise SlackError(args.text("error"))
    return {"args": args.values}


def auth_test(ws: Workspace, args: Args) -> Json:
    """Who the token belongs to."""
    return {
        "url": f"https://{ws.team_domain}.slack.com/",
        "team": ws.team_domain,
        "user": "meridian",
        "team_id": ws.team_id,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def auth_teams_list(ws: Workspace, args: Args) -> Json:
    """The one workspace that the token is for."""
    return {"teams": [{"id": ws.team_id, "name": ws.team_domain}]}


def connections_open(ws: Workspace, args: Args) -> Json:
    """A Socket Mode address that works for one connection."""
    ticket = ws.next_id("T")
    ws.sockets.add(ticket)
    return {"url": f"{ws.base_url.replace('http', 'ws', 1)}/link?ticket={ticket}"}


def bots_info(ws: Workspace, args: Args) -> Json:
    """The bot's own record."""
    if args.required("bot") != BOT_ID:
        raise SlackError("bot_not_found")
    return {"bot": {"id": BOT_ID, "user_id": BOT_USER, "app_id": APP_ID, "name": "meridian"}}


def blocks_validate(ws: Workspace, args: Args) -> Json:
    """Judge exactly one of blocks, message or view; problems carry JSON pointers."""
    given = [name for name in ("blocks", "message", "view") if args.has(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments", problems=["give one of blocks, message, view"])
    problems = _problems(ws, given[0], args)
    if problems:
        raise SlackError(f"invalid_{given[0]}", errors=[_described(one) for one in problems])
    return {}


def _problems(ws: Workspace, name: str, args: Args) -> list[str]:
    value = args.structure(name)
    if name == "blocks":
        return ws.message_problems(value)
    if not isinstance(value, dict):
        return [f"must be an object [json-pointer:/{name}]"]
    if name == "message":
        return ws.message_problems(value.get("blocks", []), value.get("attachments"))
    surface = "home" if value.get("type") == "home" else "modal"
    return ws.view_problems(value, surface)


def _described(problem: str) -> Json:
    reason, _, pointer = problem.partition(" [json-pointer:")
    return {"pointer": pointer.rstrip("]"), "code": "invalid", "message": reason}
