"""Several open incidents on one message: which one of them speaks, and which one is the worst."""

from collections.abc import Collection, Iterable, Sequence

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity

_SEVERITIES = (Severity.WARNING, Severity.CRITICAL)


def is_worse(severity: Severity, than: Severity | None) -> bool:
    """Whether a severity is above another; above none is any."""
    return than is None or _SEVERITIES.index(severity) > _SEVERITIES.index(than)


def worst(incidents: Iterable[Incident]) -> Incident | None:
    """The most severe one, the first of equals; None of none."""
    return max(incidents, key=lambda one: _SEVERITIES.index(one.severity), default=None)


def speaker(on_message: Sequence[Incident], quiet: Collection[str]) -> Incident:
    """The one that reminds and calls for all on a message, oldest first: of those that nobody has
    acknowledged the most severe, the first of equals. Those with ids in `quiet` leave it to the
    rest."""

    def rank(one: Incident) -> tuple[bool, bool, int]:
        return bool(one.acknowledged_by), one.id in quiet, -_SEVERITIES.index(one.severity)

    return min(on_message, key=rank)
