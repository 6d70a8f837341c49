"""The lower part of App Home: what somebody follows, who they are elsewhere, and for admins what is
set up in the workspace."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.domain.alerts.rules import Rule
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.servers import is_mlflow
from bot.domain.experiments.watches import Watch
from bot.domain.home import AdminPage, HomePage
from bot.domain.source import SourceHealth
from bot.ports.chat import Block
from bot.views.alerts.wording import subject
from bot.views.blocks import header, lines
from bot.views.home_times import local
from bot.views.sources import source_name
from bot.views.text import Line, clean, count, words

T = TypeVar("T")

_SHOWN = 4
_SOURCES_SHOWN = 6
_NAME = 48
_REASON = 140


def follows(page: HomePage) -> list[Block]:
    """A line each for their watches, hypotheses and alert rules; nothing where there are none."""
    found = page.follows
    if not found:
        return []
    rows = [
        _row("Watches", found.watches, _watch, "/experiment watch"),
        _row("Hypotheses", found.hypotheses, _hypothesis, "/experiment hypothesis list"),
        _row("Alert rules", found.rules, _rule, "/alert list"),
    ]
    return [header("I follow"), lines(*(row for row in rows if row))]


def connections(page: HomePage) -> list[Block]:
    """How each outside system answered last, and who the person is there."""
    shown = page.sources[:_SOURCES_SHOWN]
    if not shown:
        return []
    rows = [_connection(source, page) for source in shown]
    if (left := len(page.sources) - _SOURCES_SHOWN) > 0:
        rows.append([f"and {left} more: ", words("/meridian doctor", code=True)])
    if page.token_warning:
        rows.append(["🟡 ", words(page.token_warning)])
    return [header("My connections"), lines(*rows)]


def administration(page: HomePage) -> list[Block]:
    """What is set up, for admins and owners of the workspace."""
    if page.admin is None:
        return []
    return [header("Admin settings"), lines(*admin_rows(page.admin))]


def admin_rows(admin: AdminPage) -> list[Line]:
    """What is set up, and what to type to change it."""
    paused = f" ({admin.paused} paused)" if admin.paused else ""
    return [
        [f"{count(admin.standups, 'stand-up')}{paused}, ", *_typed("/standup list")],
        [f"Digests in {count(admin.digests, 'channel')}, ", *_typed("/digest settings", "there")],
        [f"{count(admin.rules, 'alert rule')}, ", *_typed("/alert list")],
        [f"{count(admin.people, 'colleague')} known; guests and other companies can't set up any"],
        [
            "Jira and MLflow: ",
            *_typed("/meridian connect"),
            ", their state: ",
            *_typed("/meridian doctor"),
        ],
    ]


def _typed(command: str, where: str = "") -> Line:
    return [words(command, code=True), f" {where}" if where else ""]


def _row(title: str, items: Sequence[T], name: Callable[[T], str], command: str) -> Line:
    if not items:
        return []
    shown = ", ".join(name(item) for item in items[:_SHOWN])
    left = len(items) - _SHOWN
    more: Line = [f" and {left} more: ", words(command, code=True)] if left > 0 else []
    return [words(title, bold=True), words(f": {shown}"), *more]


def _watch(watch: Watch) -> str:
    return clean(watch.target.name, _NAME)


def _hypothesis(hypothesis: Hypothesis) -> str:
    return f"{hypothesis.ref} {clean(hypothesis.claim, _NAME)}"


def _rule(rule: Rule) -> str:
    return f"{rule.label} {clean(subject(rule), _NAME)}"


def _connection(source: SourceHealth, page: HomePage) -> Line:
    name = words(clean(source_name(source.source), _NAME), bold=True)
    read = f"read {local(source.read_at, page)}" if source.read_at else "never read"
    state = f" {read}"
    if source.down:
        state = f" {'last ' if source.read_at else ''}{read}: {clean(source.reason, _REASON)}"
    mark = "🔴 " if source.down else "🟢 "
    return [mark, name, words(state), *_account(source, page)]


def _account(source: SourceHealth, page: HomePage) -> Line:
    """Who they are there, or how to say it."""
    choices = page.person.choices
    account = choices.jira_name or choices.jira_account
    if is_mlflow(source.source):
        account = ", ".join(page.mlflow_users)
    elif source.source != "jira":
        return []
    if account:
        return [words(f" · you are {clean(account, _NAME)}")]
    return [" · I don't know who you are there: ", words("/meridian me", code=True), " tells me"]
