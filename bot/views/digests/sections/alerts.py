"""The alerts that fire; critical ones are told first of all, by `needs`."""

from bot.domain.alerts.rules import Severity
from bot.domain.digests.content import Digest, OpenAlert
from bot.domain.links import Links
from bot.views.digests.parts import NAME, SENTENCE, Part, part
from bot.views.text import Line, clean, moment, words


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Alerts: 2 open`, without the critical ones."""
    urgent = critical(content)
    others = [item for item in content.alerts if item not in urgent]
    title = f"Alerts: {len(others)} {'more open' if urgent else 'open'}"
    return part("alerts", title, others, row, least=0, says=True)


def critical(content: Digest) -> list[OpenAlert]:
    """The open ones that matter most, the oldest first."""
    return [item for item in content.alerts if item.incident.severity is Severity.CRITICAL]


def row(item: OpenAlert) -> Line:
    """One alert with its severity, since when it fires, and who looks at it."""
    incident = item.incident
    who = clean(item.acknowledged_by, NAME)
    return [
        words(f"A-{incident.rule_number}", bold=True),
        f" {clean(incident.title, SENTENCE)} · {incident.severity.value}, since ",
        moment(incident.opened_at, "{date_short_pretty} {time}"),
        f" · acknowledged by {who}" if who else " · nobody has acknowledged it",
    ]
