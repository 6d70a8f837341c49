"""A report as it stands in the day's thread."""

from collections.abc import Sequence

from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.report import FollowUp, PlanItem, Report
from bot.domain.standup import Standup
from bot.domain.turn import Entry
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message, roomiest
from bot.views.references import linked
from bot.views.standups import ACTION_ANSWER
from bot.views.text import Line, clean, clean_lines, moment, words

# How much of each answer is shown: the most with which the whole report fits into one message.
_ANSWER_LIMITS = (1200, 600, 300, 150, 75)

_BECAME = {FollowUp.DONE: "Done", FollowUp.CARRIED: "Carried over", FollowUp.DROPPED: "Dropped"}


def post(standup: Standup, entry: Entry, author: Person | None, links: Links) -> Message:
    """One report in the day's thread; only its author can edit it."""
    report = entry.report
    assert report is not None
    value = f"{standup.id}|{report.local_date.isoformat()}|{report.user_id}"
    edit = actions("standup_report", button("Edit", ACTION_ANSWER, value))
    name = clean(author.name if author else report.user_id)
    variants = ([body(entry, name, links, limit), edit] for limit in _ANSWER_LIMITS)
    return message(f"{name} reported", roomiest(variants))


def body(entry: Entry, name: str, links: Links, limit: int) -> Block:
    """All that somebody reported, each answer cut at `limit` characters."""
    report = entry.report
    assert report is not None
    head: Line = [words(name, bold=True), " ", moment(report.submitted_at, "{time}")]
    if entry.late:
        head.append(words(" · after the day had closed", italic=True))
    if report.edited_at:
        head += [words(" · edited ", italic=True), moment(report.edited_at, "{time}")]
    return lines(head, *_answers(report, links, limit), *_reviewed(report.reviewed, limit))


def _answers(report: Report, links: Links, limit: int) -> list[Line]:
    shown: list[Line] = []
    for answer in report.answers:
        if answer.text:
            shown.append([words(clean(answer.question), italic=True)])
            text = clean_lines(answer.text, limit)
            shown.append(linked(text, report.references, links))
    if report.blocker:
        shown.append([words("🔴 Blocked", italic=True)])
        shown.append(linked(clean_lines(report.blocker, limit), report.references, links))
    return shown


def _reviewed(items: Sequence[PlanItem], limit: int) -> list[Line]:
    rows: list[Line] = []
    for became, label in _BECAME.items():
        texts = [clean(item.text, min(limit, 100)) for item in items if item.became is became]
        if texts:
            rows.append([words(f"{label}: ", italic=True), words(" · ".join(texts))])
    return rows
