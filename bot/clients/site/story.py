"""What happened to a decision, for people who weren't there."""

from collections.abc import Iterator

from bot.clients.madr.generated import safe
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.record import ChangeKind, DecisionChange


def happened(archived: ArchivedDecision) -> Iterator[str]:
    """A line for each entry of the audit trail, as markdown; refused attempts are nobody's
    business."""
    for change in archived.changes:
        if change.kind is not ChangeKind.REFUSED:
            who = safe(archived.names.get(change.by, ""))
            what = _what(change)
            yield f"{change.at:%Y-%m-%d}: {f'{who} {what}' if who else what}"


def _what(change: DecisionChange) -> str:
    detail = safe(change.detail)
    match change.kind:
        case ChangeKind.LOGGED:
            return f"logged it as {change.status.value}"
        case ChangeKind.EDITED:
            return f"changed {detail}"
        case ChangeKind.MOVED:
            return f"{change.status.value} {detail}".rstrip()
    return detail or change.kind.value
