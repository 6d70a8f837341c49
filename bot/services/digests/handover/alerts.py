"""Alerts: those that are the reader's to look at, and those of the channels they belong to."""

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.digests.handover import AlertNews
from bot.domain.digests.windows import Span
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import sight
from bot.services.alerts.responsible import responsible
from bot.services.digests.handover.belonging import Belonging


def read(uow: UnitOfWork, reader: Belonging, span: Span) -> tuple[list[AlertNews], list[AlertNews]]:
    """For the reader: alerts that called them, were given to them, or are about what they answer
    for; and the others that began or ended where they belong.

    Only what people were told of: what somebody silenced stays quiet here too. What the reader
    acknowledged or ended themselves is no news to them. Their own that nobody has acknowledged stay
    as long as they are open.
    """
    mine: list[AlertNews] = []
    others: list[AlertNews] = []
    rules: dict[int, Rule | None] = {}
    for incident in _concerned(uow, reader.workspace, span):
        number = incident.rule_number
        if number not in rules:
            rules[number] = uow.alerts.rule(reader.workspace, number)
        rule = rules[number]
        if rule is None or not incident.is_told:
            continue
        news = _news(reader, incident, span)
        if _is_mine(uow, reader, incident, rule):
            waits = incident.is_open and not incident.acknowledged_by
            mine += [news] if news.is_news or waits else []
        elif news.is_news and sight.sees(reader.sight, rule):
            others.append(news)
    return mine, others


def _concerned(uow: UnitOfWork, workspace: str, span: Span) -> list[Incident]:
    """Open ones, and those that ended in the span, as they stand now; oldest first."""
    ended = uow.alerts.resolved(workspace, span.since, span.until)
    found = {one.id: one for one in (*uow.alerts.open_incidents(workspace), *ended)}
    # What ended after the span was open all through it.
    found |= {one.id: one for one in uow.alerts.opened(workspace, span.since, span.until)}
    return sorted(found.values(), key=lambda one: (one.opened_at, one.id))


def _is_mine(uow: UnitOfWork, reader: Belonging, incident: Incident, rule: Rule) -> bool:
    called = incident.call is not None and incident.call.person == reader.user_id
    if called or incident.assigned_to == reader.user_id:
        return True
    found = responsible(uow, rule)
    return found.owner == reader.user_id and (
        rule.channel in reader.channels or sight.sees(reader.sight, rule)
    )


def _news(reader: Belonging, incident: Incident, span: Span) -> AlertNews:
    ended = incident.resolved_at
    by = incident.resolved_by if ended else incident.acknowledged_by
    began_in_it = span.since < incident.opened_at <= span.until
    ended_in_it = ended is not None and span.since < ended <= span.until
    waits = incident.is_open and not incident.acknowledged_by
    called = incident.call is not None and incident.call.person == reader.user_id
    return AlertNews(
        incident=incident,
        by=by,
        has_ended=ended is not None,
        is_called=waits and (called or incident.assigned_to == reader.user_id),
        is_news=(began_in_it or ended_in_it) and not reader.did(by),
    )
