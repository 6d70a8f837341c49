"""The alerts that fire."""

from bot.domain.digests.content import Digest, OpenAlert
from bot.domain.links import Links
from bot.views.digests.parts import NAME, SENTENCE, Part, part
from bot.views.text import Line, clean, moment, words


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Alerts: 2 open`."""
    title = f"Alerts: {len(content.alerts)} open"
    return part("alerts", title, content.alerts, _alert, least=0, says=True)


def _alert(item: OpenAlert) -> Line:
    incident = item.incident
    who = clean(item.acknowledged_by, NAME)
    return [
        words(f"A-{incident.rule_number}", bold=True),
        f" {clean(incident.title, SENTENCE)} · {incident.severity.value}, since ",
        moment(incident.opened_at, "{date_short_pretty} {time}"),
        f" · acknowledged by {who}" if who else " · nobody has acknowledged it",
    ]
