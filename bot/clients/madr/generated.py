"""What people want to read and the front matter holds already; the reader leaves it alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clients.madr.escape import one_line
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.consent import Approver, ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.evidence import Evidence
from bot.domain.decisions.measure import Measure
from bot.domain.decisions.promotion import PromotionState, PromotionStatus
from bot.domain.decisions.record import Origin, reference
from bot.domain.decisions.review import Review
from bot.domain.metrics import figure

MARK = "<!-- Meridian writes this section; it doesn't read it back. -->"

_RULES = {
    ConsentRule.UNANIMOUS: "nobody may object",
    ConsentRule.MAJORITY: "a majority of the makers overrules an objection",
    ConsentRule.AUTHOR: "its author decides after the round",
}
_SAID = {
    Stance.AGREE: "agreed",
    Stance.STAND_ASIDE: "stood aside",
    Stance.OBJECT: "objected",
    None: "hasn't answered",
}
_STATES = {
    PromotionState.PENDING: "not done yet",
    PromotionState.DONE: "done",
    PromotionState.FAILED: "failed",
    PromotionState.DROPPED: "given up",
}


def confirmation(archived: ArchivedDecision) -> list[str]:
    """Who consented, and what the registry was asked to do."""
    lines: list[str] = []
    terms = archived.record.body.consent
    if terms is not None:
        lines.append(f"* Consent: {_terms(terms)}")
    lines += [f"* {_answer(each, archived.names)}" for each in archived.approvers]
    if archived.promotion is not None:
        lines.append(f"* {_promoted(archived.promotion)}")
    return lines


def more(archived: ArchivedDecision, files: Mapping[int, str]) -> list[str]:
    """Links to other decisions, evidence, reviews, each in a paragraph or table of its own."""
    facts = [*_links(archived, files), *_origin(archived), *_revisit(archived)]
    facts += [f"* {_review(review, archived.names)}" for review in archived.reviews]
    table = _evidence(archived.record.body.evidence)
    return [*facts, *([""] if facts and table else []), *table]


def safe(text: str) -> str:
    """Outside text on one line, without raw HTML and without a table's bars."""
    return one_line(" ".join(text.split())).replace("<", "&lt;").replace("|", "\\|")


def _terms(terms: ConsentTerms) -> str:
    silence = "is" if terms.silence_consents else "isn't"
    return (
        f"{_RULES[terms.rule]}; each maker has {terms.hours} of their own working hours; "
        f"silence {silence} consent"
    )


def _answer(approver: Approver, names: Mapping[str, str]) -> str:
    who = safe(names.get(approver.user_id) or approver.user_id)
    when = f" on {_day(approver.answered_at)}" if approver.answered_at else ""
    why = f": {safe(approver.reason)}" if approver.reason else ""
    return f"{who} {_SAID[approver.stance]}{when}{why}"


def _promoted(status: PromotionStatus) -> str:
    wish = status.promotion
    before = f", version {status.previous} before" if status.previous is not None else ""
    problem = f": {safe(status.problem)}" if status.problem else ""
    return (
        f"Version {wish.version} of {safe(wish.model)} as {safe(wish.alias)}: "
        f"{_STATES[status.state]} on {_day(status.changed_at)}{before}{problem}"
    )


def _links(archived: ArchivedDecision, files: Mapping[int, str]) -> list[str]:
    record = archived.record
    wanted = (("Supersedes", record.supersedes), ("Superseded by", record.superseded_by))
    return [f"* {word} {_link(number, files)}" for word, number in wanted if number is not None]


def _link(number: int, files: Mapping[int, str]) -> str:
    name = files.get(number)
    return f"[{reference(number)}]({name})" if name else reference(number)


def _origin(archived: ArchivedDecision) -> list[str]:
    origin: Origin | None = archived.record.body.origin
    if origin is None:
        return []
    who = archived.names.get(origin.author, origin.author)
    return [f"* Logged from a message{f' of {safe(who)}' if who else ''}: {safe(origin.quote)}"]


def _revisit(archived: ArchivedDecision) -> list[str]:
    body = archived.record.body
    lines = []
    if body.expected is not None:
        wanted = f"{_measure(body.expected.measure)} at {figure(body.expected.target)} or better"
        lines.append(f"* Expected: {wanted}")
    if body.revisit is not None:
        rule = body.revisit
        bound = f"{rule.operator.value} {figure(rule.bound)}"
        lines.append(
            f"* To be looked at again when {_measure(rule.measure)} is {bound}, "
            f"{rule.for_evaluations} times in a row"
        )
    if body.review_on is not None:
        lines.append(f"* To be looked at again on {body.review_on}")
    return lines


def _measure(measure: Measure) -> str:
    return f"{safe(measure.metric)} of {safe(measure.model)}@{safe(measure.alias)}"


def _review(review: Review, names: Mapping[str, str]) -> str:
    asked = f"Asked on {_day(review.asked_at)} to look again: {safe(review.reason)}"
    if review.answer is None:
        return f"{asked}; not answered yet"
    who = safe(names.get(review.answered_by, review.answered_by))
    note = f", {safe(review.note)}" if review.note else ""
    return f"{asked}; {review.answer.value} by {who}{note}"


def _evidence(evidence: Sequence[Evidence]) -> list[str]:
    if not evidence:
        return []
    rows = [f"| {each.kind.value} | {safe(each.label)} | {_then(each)} |" for each in evidence]
    return ["| Evidence | What | When it was decided |", "| --- | --- | --- |", *rows]


def _then(evidence: Evidence) -> str:
    parts = [f"{safe(name)} {figure(value)}" for name, value in evidence.metrics.items()]
    parts += [safe(text) for text in (evidence.state, evidence.dataset, evidence.commit) if text]
    return " · ".join(parts)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
