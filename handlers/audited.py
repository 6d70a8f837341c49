"""Which of the things that people do stand in the audit log, and how they are called there."""

import re
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.audit import AuditLine, AuditOutcome
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import DecisionRecord
from bot.domain.experiments.goals import Goal
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.standup import Standup
from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from handlers.requests import Click, Command, Event, Request, Shortcut, Submission

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

OWN = frozenset(
    {
        "/experiment unwatch",
        "/experiment watch",
        "/standup",
        "/standup report",
        "/standup skip",
        "/standup timezone",
        "availability.keep_zone",
        "availability.me",
        "availability.zone_right",
        "experiment.unwatch",
        "experiment.watch",
        "experiment.watch_again",
        "privacy.delete",
        "rotation.pass",
        "rotation.take_back",
        "standup.answer",
        "standup.as_planned",
        "standup.no_news",
        "standup.report",
        "standup.skip",
    }
)
"""What somebody says about themselves: their report (a mood must not be traced), their hours, what
they follow, and that they want to be deleted (the service says that, without a name). Everything
else that changes something stands in the log."""

_WORD = re.compile(r"[a-z_-]{1,24}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LABEL = re.compile(r"([A-Za-z]-?)?\d{1,9}")
_PERSON = re.compile(r"[UW][A-Z0-9]{5,}", re.IGNORECASE)
_HIDDEN = ("number", "decision", "standup", "incident", "blocker", "rule", "channel")


def action_of(request: Request) -> str:
    """`decision.agree` for a button or a form, `/standup pause` for what was typed."""
    match request:
        case Command():
            word = request.word if _WORD.fullmatch(request.word) else ""
            return f"{request.command} {word}".strip()
        case Shortcut() | Click():
            return request.action_id.split(":", 1)[0]
        case Submission():
            return request.view.callback_id
        case Event():
            return request.kind
        case _:
            return type(request).__name__.lower()


def subject_of(request: Request, result: object = None) -> str:
    """What it was done to: our own label of the result, else the id that the request carries."""
    match getattr(result, "blocker", result):
        case DecisionRecord() | Hypothesis() | Goal() as it:
            return it.ref
        case Rule() as it:
            return it.label
        case Blocker() as it:
            return f"B-{it.number}"
        case Standup() | Incident() as it:
            return it.id
        case _:
            return _hinted(request)


def line(request: Request, result: object = None) -> AuditLine:
    """What to write where it was done."""
    return AuditLine(
        workspace=request.workspace,
        at=request.now,
        actor=request.user_id,
        action=action_of(request),
        subject=subject_of(request, result),
        team=_foreign(request),
    )


class Recorded:
    """Transactions for one request: what it changes is written down with the change."""

    def __init__(self, inner: Transactions, request: Request) -> None:
        self._inner = inner
        self._request = request

    async def write(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Not written down: mirrors, drafts and the like."""
        return await self._inner.write(work, *args, **kwargs)

    async def write_once(
        self,
        key: str,
        work: Callable[Concatenate[UnitOfWork, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The line comes last: it locks the workspace's chain until the commit."""

        def recorded(uow: UnitOfWork, /, *args: P.args, **kwargs: P.kwargs) -> T:
            result = work(uow, *args, **kwargs)
            uow.audit.write(line(self._request, result))
            return result

        return await self._inner.write_once(key, recorded, *args, **kwargs)

    async def read(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Reading is nobody's business."""
        return await self._inner.read(work, *args, **kwargs)


def recorded(transactions: Transactions, request: Request) -> Transactions:
    """The transactions that a handler of this request works with."""
    if isinstance(request, Event) or action_of(request) in OWN:
        return transactions
    return Recorded(transactions, request)


class Refusals:
    """Writes down what people were refused, once for each thing that they did."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def keep(self, request: Request) -> None:
        """In a transaction of its own: that of the act, if there was one, is undone."""
        if not request.workspace:
            return
        try:
            await self._transactions.write_once(f"audit:{request.key}", _refused, request)
        except AlreadyHandled:
            log.debug("refusal_repeated", key=request.key)
        except Exception:
            log.exception("refusal_not_kept", key=request.key, action=action_of(request))


def _refused(uow: UnitOfWork, request: Request) -> None:
    uow.audit.write(
        AuditLine(
            workspace=request.workspace,
            at=request.now,
            actor=request.user_id,
            action=action_of(request),
            subject=subject_of(request),
            outcome=AuditOutcome.REFUSED,
            team=_foreign(request),
        )
    )


def _foreign(request: Request) -> str:
    return request.team if request.team != request.workspace else ""


def _hinted(request: Request) -> str:
    match request:
        case Command():
            return request.rest if _LABEL.fullmatch(request.rest) else request.channel
        case Click():
            hidden: Any = request.view.state.hidden if request.view else {}
            return _safe(request.value) or _first(hidden) or request.channel
        case Submission():
            return _first(request.state.hidden)
        case _:
            return ""


def _first(hidden: Any) -> str:
    found = (_safe(str(hidden[name])) for name in _HIDDEN if hidden.get(name) is not None)
    return next((each for each in found if each), "")


def _safe(text: str) -> str:
    """The first part of a value of ours, where it looks like an id and no words of people.

    What else it names may be a person, and a deleted person's id must not stay here for ever.
    """
    first = re.split(r"[|:]", text, maxsplit=1)[0]
    is_id = _ID.fullmatch(first) and any(c.isdigit() for c in first)
    return first if is_id and not _PERSON.fullmatch(first) else ""
