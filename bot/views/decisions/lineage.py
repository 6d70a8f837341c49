"""The story of a decision that moves no model, and the models that have one of their own."""

from collections.abc import Sequence

from bot.domain.decisions.chain import Standing
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import reference
from bot.domain.decisions.sight import Unseen
from bot.ports.chat import Block, Message
from bot.views.blocks import context, lines, message, note, roomiest
from bot.views.decisions.why import UNSEEN, called, details_row, how
from bot.views.text import Line, clean, count, cut, words

_NAME = 60
_TITLE = 150
# How many decisions before and after the one, and how much of its outcome and of theirs.
_LINEAGES = ((12, 500, 160), (12, 300, 60), (5, 300, 60), (2, 160, 40))


def lineage(details: Sequence[DecisionDetail | Unseen], number: int) -> Message:
    """The story of a decision that moves no model: what it replaced and what replaced it, newest
    first."""
    numbers = [_number(detail) for detail in details]
    at = numbers.index(number)
    variants = (
        _lineage(details[max(at - beside, 0) : at + beside + 1], len(details), number, *rooms)
        for beside, *rooms in _LINEAGES
    )
    return message(f"{reference(number)} and what it belongs to", roomiest(variants))


def models(standings: Sequence[Standing]) -> Message:
    """The answer to `why` alone: of which models there is a story."""
    if not standings:
        return note(
            "No decision promotes a model yet. Log one with `/decide` and pick the version there; "
            "`/decide why D-12` tells of any decision."
        )
    rows = (lines(*(_standing(each) for each in standings[:most])) for most in (20, 10, 5))
    example = clean(standings[0].model, _NAME)
    line: Line = ["Type ", words(f"/decide why {example}", code=True), " for the whole story."]
    variants = ([block, lines(line)] for block in rows)
    return message(f"{count(len(standings), 'model')} with decisions", roomiest(variants))


def _number(each: DecisionDetail | Unseen) -> int:
    return each.number if isinstance(each, Unseen) else each.record.number


def _lineage(
    details: Sequence[DecisionDetail | Unseen], known: int, number: int, room: int, others: int
) -> Sequence[Block]:
    blocks: list[Block] = []
    for detail in details:
        if isinstance(detail, Unseen):
            blocks.append(lines([words(reference(detail.number), bold=True), UNSEEN]))
            continue
        asked = detail.record.number == number
        mark = " (this is the one)" if asked and known > 1 else ""
        outcome = cut(detail.record.body.outcome, room if asked else others)
        title = words(f"{called(detail.record, _TITLE)}{mark}", bold=True)
        blocks.append(lines([title], [how(detail)], [words(outcome)]))
    if known == 1:
        ref = reference(number)
        blocks.append(context(f"{ref} replaced nothing, and nothing has replaced it."))
    if left := known - len(details):
        blocks.append(context(f"{count(left, 'more decision')} before or after these."))
    seen = [each.record.number for each in details if isinstance(each, DecisionDetail)]
    return [*blocks, details_row(seen)]


def _standing(each: Standing) -> Line:
    line: Line = [words(clean(each.model, _NAME), bold=True), f" · {clean(each.alias, _NAME)} "]
    if each.version is None:
        return [*line, "points to nothing"]
    by = f"by {reference(each.number)}" if each.number else "without a decision on record"
    return [*line, f"is version {each.version}, {by}"]
