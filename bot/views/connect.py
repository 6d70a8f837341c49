"""How Jira and MLflow are connected: the settings to put in, and how that stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.home import AdminPage
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message
from bot.views.blocks import lines, message, mrkdwn
from bot.views.home_settings import admin_rows
from bot.views.sources import source_name
from bot.views.text import Line, clean, moment, words

KINDS = ("jira", "mlflow")

_PUT = "Whoever runs Meridian puts this into its environment or `.env` and restarts it:"

_SETTINGS = {
    "jira": """`JIRA_URL=https://your-site.atlassian.net`
*Cloud:* `JIRA_EMAIL` and `JIRA_API_TOKEN` (Atlassian account, Security, API tokens)
*Data Center:* `JIRA_PERSONAL_ACCESS_TOKEN` instead of both
The account needs to browse the projects, and to create issues where Slack may do that.
Then `/digest settings` names the projects that a channel may see.""",
    "mlflow": """`MLFLOW_TRACKING_URI=https://mlflow.example.com`
*Where it asks for a login:* `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or \
`MLFLOW_TRACKING_TOKEN`
*Several servers:* `MLFLOW_TRACKING_URI=https://mlflow.example.com,eu=https://eu.example.com`, \
with `MLFLOW_TRACKING_TOKEN_EU` and so on
*News at once instead of by polls:* `MLFLOW_WEBHOOK_SECRET`
Then `/experiment list` shows what is there.""",
}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One kind of outside system: its address ("" where none is configured) and, once it was read,
    how each of its servers answered; `warning` is what will stop it soon."""

    kind: str
    address: str = ""
    health: Sequence[SourceHealth] = ()
    warning: str = ""


def connect(connections: Sequence[Connection]) -> Message:
    """What to put in for each, and how it stands."""
    blocks = []
    for each in connections:
        blocks += [
            lines(*_state(each)),
            mrkdwn(f"{_PUT}\n{_SETTINGS[each.kind]}"),
        ]
    names = " and ".join(source_name(each.kind) for each in connections)
    return message(f"How {names} {'is' if len(connections) == 1 else 'are'} connected", blocks)


def administration(
    admin: AdminPage, connections: Sequence[Connection], more: Sequence[Block] = ()
) -> Message:
    """What is set up in the workspace, how each outside system stands, and `more`."""
    states = [row for each in connections for row in _state(each)]
    blocks = [lines(*admin_rows(admin)), lines(*states), *more]
    return message("What is set up in this workspace", blocks)


def _state(connection: Connection) -> list[Line]:
    name = words(source_name(connection.kind), bold=True)
    if not connection.address:
        return [["⏸ ", name, " isn't connected yet."]]
    head: Line = [name, words(f" is {clean(connection.address)}")]
    if not connection.health:
        return [["🟡 ", *head, ", not read yet: that takes a few minutes after the start."]]
    warning: list[Line] = [["🟡 ", words(connection.warning)]] if connection.warning else []
    return [*(_answered(each, connection) for each in connection.health), *warning]


def _answered(source: SourceHealth, connection: Connection) -> Line:
    named = source_name(source.source)
    at = f" ({clean(connection.address)})" if source.source == connection.kind else ""
    name = [words(named, bold=True), words(at)]
    read: Line = [" read ", moment(source.read_at)] if source.read_at else [" never read"]
    if not source.down:
        return ["🟢 ", *name, *read]
    last: Line = [" last", *read] if source.read_at else read
    return ["🔴 ", *name, *last, f": {clean(source.reason)}"]
