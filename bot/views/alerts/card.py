"""The one message of an incident."""

from bot.domain.alerts.facts import Facts
from bot.domain.alerts.incidents import Fold
from bot.domain.alerts.titles import past
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.alerts import lines as parts
from bot.views.alerts.buttons import row
from bot.views.alerts.chart import chart
from bot.views.alerts.pieces import People, dot_of_all, name
from bot.views.alerts.reasons import told_of
from bot.views.blocks import chart_slot, context, lines, message, roomiest
from bot.views.text import Line, clean, escape, moment_token, words

_FOLDED = {
    Fold.BUDGET: "Told here because the channel has had its alerts for today",
    Fold.COOLDOWN: "Told here because the same alert was in the channel a short while ago",
    Fold.FLAPPING: "Told here because it comes and goes",
}

# How many others of its message are listed; with the longest texts there is room for fewer.
_OTHERS = (5, 2, 0)


def card(facts: Facts, people: People, links: Links, *, buttons: bool = True) -> Message:
    """An incident's message as of now; it never mentions anybody."""
    heading = title(facts, people)
    drawn = chart(facts.rule, facts.points)
    below: list[Block] = [chart_slot()] if drawn is not None else []
    if buttons and (found := row(facts, links)) is not None:
        below.append(found)
    below.append(context("\n".join(_small(facts, people))))
    blocks = roomiest(
        [lines(heading, *_body(facts, people, links, others)), *below] for others in _OTHERS
    )
    return message(heading, blocks, chart=drawn)


def _body(facts: Facts, people: People, links: Links, others: int) -> list[Line]:
    incident, rule = facts.incident, facts.rule
    return [
        *parts.now(incident),
        *parts.slices(incident, rule),
        *parts.suspects(incident),
        *parts.sources(facts, links),
        *parts.background(facts, people, links),
        *parts.members(facts, others),
        *parts.progress(facts, people, links),
    ]


def title(facts: Facts, people: People) -> Line:
    """What is or was wrong, in one line with its state."""
    incident, state = facts.incident, dot_of_all(facts)
    if facts.is_open:
        return [f"{state} ", words(clean(incident.title), bold=True)]
    if incident.resolved_by:
        by = name(people, incident.resolved_by)
        still = words(clean(incident.title), bold=True)
        return [f"{state} Closed by ", words(by), ", still bad then: ", still]
    return [f"{state} Over: ", words(clean(past(incident.title)), bold=True)]


def _small(facts: Facts, people: People) -> list[str]:
    incident, rule = facts.incident, facts.rule
    held = clean(incident.held)
    said = [
        told_of(facts, people),
        _FOLDED.get(incident.fold, "") if facts.is_open else "",
        f"Quiet for now: {held}" if held and facts.is_open else "",
        "" if facts.is_open else parts.feedback(facts),
        f"{rule.label} · {incident.severity.value} · set up by {name(people, rule.author)}",
    ]
    shown = [escape(each) for each in said if each]
    since = moment_token(incident.opened_at, "{date_short_pretty} {time}")
    return [*shown[:-1], f"{shown[-1]} · since {since}"]
