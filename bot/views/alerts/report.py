"""The precision report in words."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.alerts.precision import PrecisionReport, RuleTally, Tally
from bot.domain.alerts.rules import Rule
from bot.ports.chat import Block, Message
from bot.views.alerts.detail import ACTION_EDIT
from bot.views.alerts.trial import change
from bot.views.alerts.wording import span, subject
from bot.views.blocks import actions, bullets, button, context, lines, message, note, roomiest
from bot.views.text import Line, clean, count, times, words

_RULES = (12, 6)
_NOISY = 5
_NEVER = 10
# Of fewer nobody says "half of them".
_HALVES = 4
_SUBJECT_LIMITS = (80, 40)


def report(found: PrecisionReport) -> Message:
    """The answer to `/alert report`."""
    days = count(round((found.until - found.since) / timedelta(days=1)), "day")
    if not found.total.alerts and not found.never:
        return note(
            f"No alert in the last {days}, and no rule old enough to be called silent. "
            "*Useful* and *Noise* on an alert are what this report is made of."
        )
    heading: Line = [words(f"Alerts of the last {days}", bold=True), *_total(found.total)]
    variants = zip(_RULES, _SUBJECT_LIMITS, strict=True)
    blocks = roomiest(_blocks(found, heading, most, room) for most, room in variants)
    return message(heading, blocks)


def _blocks(found: PrecisionReport, heading: Line, most: int, room: int) -> list[Block]:
    blocks: list[Block] = [lines(heading)]
    if found.rules:
        blocks.append(bullets(_row(each, room) for each in found.rules[:most]))
    if len(found.rules) > most:
        blocks.append(context(f"and {count(len(found.rules) - most, 'rule')} with fewer alerts"))
    for each in found.noisy[:_NOISY]:
        blocks += _loosen(each)
    if found.never:
        blocks.append(lines(_silent(found.never, found.quiet_for, room)))
    return blocks


def _total(total: Tally) -> Line:
    if not total.alerts:
        return [": none."]
    share = total.precision
    if share is None:
        verdict = "nobody called one useful or noise yet"
    else:
        judged = total.useful + total.noise
        verdict = f"{total.useful} of the {judged} that people judged were useful ({share:.0%})"
    return [f": {total.alerts}, {verdict}.{_waited(total)}"]


def _waited(one: Tally) -> str:
    if one.waited is None or one.acknowledged < _HALVES:
        return ""
    return f" Half of them were acknowledged within {span(one.waited)}."


def _row(each: RuleTally, room: int) -> Line:
    rule, one = each.rule, each.tally
    counted = [
        (one.acknowledged, "acknowledged"),
        (one.useful, "useful"),
        (one.noise, "noise"),
        (one.unanswered, "unanswered"),
    ]
    parts = [count(one.alerts, "alert"), *(f"{n} {what}" for n, what in counted if n)]
    if one.waited is not None:
        typical = "usually " if one.acknowledged >= _HALVES else ""
        parts.append(f"{typical}after {span(one.waited)}")
    ended = " (ended)" if rule.ended_at is not None else ""
    about = f"{clean(subject(rule), room)}{ended}"
    return [words(rule.label, bold=True), f" {about}: {', '.join(parts)}"]


def _loosen(each: RuleTally) -> list[Block]:
    """A rule to loosen, with the smallest change that would have helped."""
    rule, one = each.rule, each.tally
    line: Line = [
        words(rule.label, bold=True),
        f": {count(one.alerts, 'alert')}, {one.noise} called noise.",
    ]
    if rule.ended_at is not None:
        return [lines([*line, " It has ended since."])]
    if each.calmer is None:
        line.append(" Nothing small would have made it calmer: is it still wanted?")
    else:
        with_it = words(change(rule, each.calmer.rule), bold=True)
        line += [" With ", with_it, f" it would have been {times(each.calmer.times)}."]
    edit = button("Edit", f"{ACTION_EDIT}:{rule.number}", str(rule.number))
    return [lines(line), actions(f"loosen:{rule.number}", edit)]


def _silent(never: Sequence[Rule], quiet_for: timedelta, room: int) -> Line:
    named = ", ".join(f"{rule.label} ({clean(subject(rule), room)})" for rule in never[:_NEVER])
    more = f" and {len(never) - _NEVER} more" if len(never) > _NEVER else ""
    return [
        words(f"Never fired in {count(quiet_for.days, 'day')}", bold=True),
        f": {named}{more}. ",
        words("/alert test A-n", code=True),
        " tells what was nearest.",
    ]
