"""What people see of a decision's evidence: a line on the card, then and now side by side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.drift import ALIAS
from bot.domain.decisions.evidence import Compared, Drift, Evidence, EvidenceKind
from bot.domain.decisions.evidence_text import link_to
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Block
from bot.views.blocks import context, lines, size
from bot.views.decisions.evidence_table import SOURCES, table
from bot.views.text import URL_LIMIT, Line, Piece, clean, count, link, moment, words

_LABEL = 40
_COMMIT = 12
# What the evidence and what has changed of it may take of a card, in JSON; an address that would
# take much of that is linked in Details only.
_FROZEN_SIZE = 1000
_CHANGED_SIZE = 750
_ADDRESS = 400
_FEW_ROWS = 4
_SEPARATOR = " · "


def card_lines(detail: DecisionDetail, links: Links, now: datetime) -> list[Line]:
    """The evidence with its frozen values, and what of it has changed since; as much as fits."""
    evidence = detail.evidence
    if not evidence:
        return []
    frozen = [_frozen(each.then, links) for each in evidence]
    found = [_strayed(each, drift) for each in evidence for drift in each.drifts]
    answer = [_joined([words("Evidence ", bold=True)], frozen, _FROZEN_SIZE)]
    if found:
        read_at = max(each.as_of for each in evidence if each.drifts and each.as_of)
        answer.append(
            _joined(["🟡 Changed since, as of ", moment(read_at), ": "], found, _CHANGED_SIZE)
        )
    return answer


def buttons(detail: DecisionDetail, now: datetime) -> list[dict[str, Any]]:
    """None: *Details* has the values of then and now."""
    return []


def blocks(detail: DecisionDetail, links: Links, now: datetime) -> list[Block]:
    """For a form: every piece with all its values of then and of now."""
    return [block for each in detail.evidence for block in _beside(each, links, None)]


def short_blocks(detail: DecisionDetail, links: Links, most_size: int) -> list[Block]:
    """For a message: the first values and what has changed, of as many pieces as fit into
    `most_size` characters (`bot.views.blocks.size`)."""
    kept: list[Block] = []
    for shown, each in enumerate(detail.evidence):
        more = context(f"{count(len(detail.evidence) - shown, 'more piece')} of evidence: Details.")
        ahead = [*kept, *_beside(each, links, _FEW_ROWS)]
        if size([*ahead, more]) > most_size:
            return [*kept, more]
        kept = ahead
    return kept


def _beside(compared: Compared, links: Links, most_rows: int | None) -> list[Block]:
    then = compared.then
    line: Line = ["🟡 "] if compared.drifts else []
    line += [words(f"{_KINDS[then.kind]} "), _named(then, links, bold=True)]
    rows = table(compared, most_rows)
    if rows:
        line += [" · written down ", moment(then.frozen_at)]
    if rows and compared.as_of:
        line += [f" · {SOURCES[then.kind]} read ", moment(compared.as_of)]
    return [lines(line), *rows]


_KINDS = {
    EvidenceKind.RUN: "Run",
    EvidenceKind.VERSION: "Model",
    EvidenceKind.DATASET: "Data",
    EvidenceKind.COMMIT: "Commit",
    EvidenceKind.ISSUE: "Issue",
    EvidenceKind.LINK: "Link",
}


def _joined(start: Line, parts: Sequence[Line], most_size: int) -> Line:
    """As many of the parts as fit, and how many do not."""
    joined = start
    for shown, part in enumerate(parts):
        rest = f"{_SEPARATOR}{len(parts) - shown} more in Details"
        longer = [*joined, *([_SEPARATOR] if shown else []), *part]
        if shown and size([lines([*longer, rest])]) > most_size:
            return [*joined, rest]
        joined = longer
    return joined


def _frozen(evidence: Evidence, links: Links) -> Line:
    before = {EvidenceKind.DATASET: "data ", EvidenceKind.COMMIT: "commit "}
    line: Line = [before[evidence.kind]] if evidence.kind in before else []
    line.append(_named(evidence, links, longest=_ADDRESS))
    if evidence.kind is EvidenceKind.VERSION and evidence.state:
        line.append(f" ({clean(evidence.state, _LABEL)})")
    if evidence.metrics:
        name = evidence.primary or min(evidence.metrics)
        line.append(f" {clean(name, _LABEL)} {figure(evidence.metrics[name])}")
    if evidence.kind in (EvidenceKind.RUN, EvidenceKind.ISSUE) and evidence.state != "finished":
        line.append(f" {clean(evidence.state, _LABEL)}".rstrip())
    return line


def _strayed(compared: Compared, drift: Drift) -> Line:
    label = clean(compared.then.label, _LABEL)
    if compared.gone:
        return [words(f"{label} isn't in the copy of {SOURCES[compared.then.kind]} here")]
    what, then, now = (clean(text, _LABEL) for text in (drift.what, drift.then, drift.now))
    if what.startswith(ALIAS):
        return [words(f"{label} isn't {what.removeprefix(ALIAS)} any more")]
    after = f"{now} now" if now else "gone now"
    by = f" ({drift.by})" if drift.by else ""
    return [words(f"{label} {what} {then} then, {after}{by}")]


def _named(
    evidence: Evidence, links: Links, *, bold: bool = False, longest: int = URL_LIMIT
) -> Piece:
    limit = _COMMIT if evidence.kind is EvidenceKind.COMMIT else _LABEL
    label = clean(evidence.label, limit) or "?"
    url = _address(evidence, links)
    linked = url is not None and len(url) <= longest
    return link(url, label, bold=bold) if url and linked else words(label, bold=bold)


def _address(evidence: Evidence, links: Links) -> str | None:
    match evidence.kind:
        case EvidenceKind.RUN:
            return links.run(evidence.key.rpartition("/")[0], evidence.typed_key)
        case EvidenceKind.VERSION:
            return links.model_version(*evidence.version)
        case EvidenceKind.ISSUE:
            return links.issue(evidence.key)
        case EvidenceKind.LINK:
            return link_to(evidence.key) or None
    return None
