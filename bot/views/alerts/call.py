"""The direct message to whom an incident calls: what it is, and why just they are asked."""

from bot.domain.alerts.facts import Facts
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.alerts import lines as parts
from bot.views.alerts.buttons import call_row
from bot.views.alerts.card import title
from bot.views.alerts.pieces import People, person
from bot.views.alerts.reasons import why_you
from bot.views.blocks import context, lines, message
from bot.views.text import Line, link


def call(facts: Facts, called: str, people: People, links: Links) -> Message:
    """What the person `called` (a user id) is told, as of now; with buttons while it is theirs."""
    heading = title(facts, people)
    body = [
        heading,
        *_why(facts, called, people),
        *parts.now(facts.incident),
        *parts.suspects(facts.incident),
        *parts.progress(facts, people, links),
        *_where(facts, links),
    ]
    blocks: list[Block] = [lines(*body)]
    if (found := call_row(facts, called)) is not None:
        blocks.append(found)
    rule, severity = facts.rule, facts.incident.severity.value
    blocks.append(context(f"{rule.label} · {severity} · <#{facts.incident.channel}>"))
    return message(heading, blocks)


def _why(facts: Facts, called: str, people: People) -> list[Line]:
    incident = facts.incident
    if not facts.is_open or incident.call is None:
        return []
    if incident.call.person != called:
        return [["Handed over to ", person(people, incident.call.person), "."]]
    if incident.acknowledged_at is not None:
        return []
    return [[why_you(incident.call, incident, people)]]


def _where(facts: Facts, links: Links) -> list[Line]:
    """Its message in the channel, and what to do by the book."""
    line: Line = []
    if facts.posted_ts:
        page = links.message(facts.posted_channel, facts.posted_ts)
        line += [link(page, "the alert with its chart")] if page else []
    if page := parts.web_page(facts.runbook):
        line += [*([" · "] if line else []), link(page, "runbook")]
    return [line] if line else []
