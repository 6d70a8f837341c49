"""What people see of a decision's promotion: on its card, and in its thread."""

from datetime import datetime
from typing import Any

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.promotion import (
    AliasNow,
    Promotion,
    PromotionState,
    PromotionStatus,
    Retry,
)
from bot.domain.decisions.record import DecisionBody, DecisionStatus, reference
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Message
from bot.views.blocks import button, lines, message, note
from bot.views.text import Line, Piece, clean, escape, link, moment, user, words

ACTION_AGAIN = "decision.promote"

_NAME_LIMIT = 80
_PROBLEM_LIMIT = 300


def card_lines(detail: DecisionDetail, links: Links, now: datetime) -> list[Line]:
    """The lines of the card."""
    promotion, status = detail.record.body.promotion, detail.promotion
    if promotion is None or detail.record.status is DecisionStatus.REJECTED:
        return []
    version = _version(promotion, links)
    if status is None:
        proposed = detail.record.status is DecisionStatus.PROPOSED
        if proposed:
            return [["Once accepted, ", _subject(promotion), " moves to ", version, "."]]
        return [["It names ", version, " for ", _subject(promotion), "; nothing was moved for it."]]
    match status.state:
        case PromotionState.PENDING:
            return [_pending(status, version)]
        case PromotionState.FAILED:
            return [["🔴 ", _subject(promotion, start=True), *_problem(" was not moved: ", status)]]
        case PromotionState.DROPPED:
            return [[_subject(promotion, start=True), " was not moved: the decision ended before."]]
    if detail.record.status is DecisionStatus.DEPRECATED and _is_there(status, detail.alias):
        left = " still, for deprecating moves nothing."
        return [[_subject(promotion, start=True), " is ", version, left]]
    return [_done(status, version, detail.alias)]


def buttons(detail: DecisionDetail, now: datetime) -> list[dict[str, Any]]:
    """The buttons of the card."""
    status = detail.promotion
    if status is None or status.state is not PromotionState.FAILED:
        return []
    return [button("Try again", ACTION_AGAIN, str(status.number))]


def promoted(detail: DecisionDetail, links: Links) -> Message | None:
    """What the thread hears once the alias was moved."""
    record, status = detail.record, detail.promotion
    if status is None or record.decided_at is None:
        return None
    moved = " was moved to " if detail.alias and detail.alias.moved_by else " is now "
    line: Line = [
        words(record.ref, bold=True),
        " accepted ",
        moment(record.decided_at, "{time}"),
        ". ",
        _subject(status.promotion, start=True),
        moved,
        _version(status.promotion, links),
        f", checked.{_asked_again(record.body)}",
    ]
    return message(line, [lines(line)])


def not_promoted(detail: DecisionDetail, is_there: bool) -> Message | None:
    """What the thread hears of a promotion that needs a person; its author is only called who
    `is_there`."""
    record, status = detail.record, detail.promotion
    if status is None or status.state is not PromotionState.FAILED:
        return None
    line: Line = [
        user(record.author) if is_there else _name(detail),
        ": ",
        _subject(status.promotion),
        *_problem(" was not moved: ", status),
        f" {record.ref} holds all the same; once that is mended, press ",
        words("Try again", bold=True),
        " on its card.",
    ]
    return message(line, [lines(line)])


def again(retry: Retry) -> Message:
    """The answer to *Try again*."""
    promotion = retry.promotion
    subject = escape(clean(promotion.subject, 2 * _NAME_LIMIT))
    moving = f"Moving {subject} to version {promotion.version}; the card says how it went."
    if retry.by_hand is None:
        return note(moving)
    there = f"version {retry.by_hand.version}" if retry.by_hand.version else "nothing"
    alias = clean(promotion.alias, _NAME_LIMIT)
    return note(f"{escape(alias[:1].upper() + alias[1:])} was {there} by hand. {moving}")


def _pending(status: PromotionStatus, version: Piece) -> Line:
    subject = _subject(status.promotion)
    if not status.problem:
        return ["🟡 Is about to move ", subject, " to ", version, "."]
    begin: Line = ["🟡 Moves ", subject, " to ", version]
    since = moment(status.changed_at, "{date_short_pretty} {time}")
    return [*begin, " as soon as MLflow does it. Since ", since, *_problem(": ", status)]


def _done(status: PromotionStatus, version: Piece, alias: AliasNow | None) -> Line:
    subject = _subject(status.promotion, start=True)
    at = moment(status.changed_at)
    if alias is None or _is_there(status, alias):
        return ["✅ ", subject, " is ", version, " since ", at, f", checked{_before(status)}."]
    if alias.moved_by is not None:
        until: Line = [moment(alias.moved_at), "."] if alias.moved_at else []
        newer = f" until {reference(alias.moved_by)} moved it, "
        return [subject, " was ", version, " from ", at, newer, *until]
    there = f"is version {alias.version}" if alias.version else "points to nothing"
    moved: Line = [subject, " was moved to ", version, " ", at, f", checked{_before(status)}"]
    return [*moved, f". By hand it was moved on: it {there} now."]


def _is_there(status: PromotionStatus, alias: AliasNow | None) -> bool:
    if alias is None or alias.moved_by is not None:
        return False
    return alias.version == status.promotion.version


def _before(status: PromotionStatus) -> str:
    if status.previous == status.promotion.version:
        return " (it was already)"
    return f" (was {status.previous})" if status.previous else ""


def _problem(prefix: str, status: PromotionStatus) -> Line:
    text = clean(status.problem, _PROBLEM_LIMIT)
    return [prefix, words(text if text.endswith((".", "…")) else f"{text}.")]


def _subject(promotion: Promotion, *, start: bool = False) -> Piece:
    """`champion of churn`, with a capital at the start of a sentence."""
    alias = clean(promotion.alias, _NAME_LIMIT)
    shown = alias[:1].upper() + alias[1:] if start else alias
    return words(f"{shown} of {clean(promotion.model, _NAME_LIMIT)}")


def _version(promotion: Promotion, links: Links) -> Piece:
    text = f"version {promotion.version}"
    url = links.model_version(promotion.model, promotion.version)
    return link(url, text) if url else words(text)


def _name(detail: DecisionDetail) -> Piece:
    person = detail.people.get(detail.record.author)
    return words(clean(person.name, _NAME_LIMIT) if person else detail.record.author)


def _asked_again(body: DecisionBody) -> str:
    causes = []
    if body.revisit:
        rule = body.revisit
        sign = "<" if rule.operator is Operator.BELOW else ">"
        often = rule.for_evaluations
        row = f" for {often} evaluations" if often > 1 else ""
        metric = clean(rule.measure.metric, _NAME_LIMIT)
        causes.append(f"if {metric} {sign} {figure(rule.bound)}{row}")
    if body.review_on:
        causes.append(f"on {body.review_on.day} {body.review_on:%b %Y}")
    return f" Asked again {' or '.join(causes)}." if causes else ""
