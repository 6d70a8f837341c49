"""How the outside systems answer, for people."""

from collections.abc import Mapping, Sequence

from bot.domain.finding import Finding
from bot.domain.source import SourceHealth
from bot.ports.chat import Message
from bot.views.blocks import lines, message
from bot.views.sources import source_name
from bot.views.text import Line, clean, count, moment, words

# Thirteen and one for each MLflow server; together less than a message takes.
_MOST_FINDINGS = 20
_FINDING_LIMIT = 180


def doctor(sources: Sequence[SourceHealth], deliveries: Mapping[str, int]) -> Message:
    """A line per source, and what the outbox holds."""
    rows = [_source(s) for s in sources]
    if not rows:
        rows = [["Neither Jira nor MLflow was read yet; README.md says how to connect them."]]
    waiting = deliveries.get("pending", 0) + deliveries.get("sending", 0)
    failed = deliveries.get("failed", 0)
    rows.append([f"{count(waiting, 'message')} waiting to be sent, {failed} undeliverable."])
    return message("How the outside systems answer", [lines(*rows)])


def findings(found: Sequence[Finding]) -> Message:
    """A line per check, with what mends it; where there are too many, those that are well go."""
    wrong = sum(not each.ok for each in found)
    if len(found) > _MOST_FINDINGS:
        found = sorted(found, key=lambda each: each.ok)[:_MOST_FINDINGS]
    title = f"{count(wrong, 'check')} to mend" if wrong else "Nothing to mend"
    rows: list[Line] = [
        [
            "🟢 " if each.ok else "🔴 ",
            words(each.name, bold=True),
            words(f" {clean(each.text, _FINDING_LIMIT)}"),
        ]
        for each in found
    ]
    return message(title, [lines(*rows)])


def _source(source: SourceHealth) -> Line:
    name = words(source_name(source.source), bold=True)
    if not source.down:
        return ["🟢 ", name, " read ", moment(source.read_at)] if source.read_at else [name]
    since: Line = [" last read ", moment(source.read_at)] if source.read_at else [" never read"]
    return ["🔴 ", name, *since, f": {clean(source.reason)}"]
