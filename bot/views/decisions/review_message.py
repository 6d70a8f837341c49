"""The message that asks to look at a decision again, in its thread and to each maker."""

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.review import Review
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message
from bot.views.decisions.card import ACTION_DETAILS
from bot.views.decisions.evidence import card_lines
from bot.views.decisions.revisit import answered_line, answers, outcome_line
from bot.views.text import Line, clean, words

ACTION_SUPERSEDE = "decision.review_supersede"

_REASON_LIMIT = 600
_TITLE_LIMIT = 150
_OUTCOME_LIMIT = 300


def ask(detail: DecisionDetail, review: Review, links: Links) -> Message:
    """What was decided, what it rests on then and now, and what to answer; or who answered."""
    record = detail.record
    over = review.answer is not None
    verb = "was" if over else "is"
    heading: Line = [
        words(f"{record.ref} {verb} due for another look: ", bold=True),
        words(_sentence(clean(review.reason, _REASON_LIMIT))),
    ]
    first: list[Line] = [heading]
    if over:
        first.append(answered_line(detail, review))
    first.append([words(clean(record.title, _TITLE_LIMIT), bold=True)])
    first.append([words(clean(record.body.outcome, _OUTCOME_LIMIT))])
    if predicted := outcome_line(detail, links):
        first.append(predicted)
    evidence = [] if over else card_lines(detail, links, review.asked_at)
    body = [lines(*part) for part in (first, evidence) if part]
    return message(heading, [*body, _buttons(detail, review)])


def _buttons(detail: DecisionDetail, review: Review) -> Block:
    details = button("Details", ACTION_DETAILS, str(detail.record.number))
    if review.answer is not None:
        return actions("decision.review", details)
    label = "Roll back" if _can_go_back(detail) else "Supersede"
    supersede = button(label, ACTION_SUPERSEDE, f"{review.number}:{review.ordinal}")
    return actions("decision.review", *answers(review), supersede, details)


def _can_go_back(detail: DecisionDetail) -> bool:
    """Whether the alias stands where this decision moved it from another version."""
    status, alias = detail.promotion, detail.alias
    if status is None or alias is None or not status.previous:
        return False
    return alias.version == status.promotion.version != status.previous


def _sentence(reason: str) -> str:
    return reason if reason.endswith((".", "…")) else f"{reason}."
