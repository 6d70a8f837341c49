"""Which Jira issues a decision names."""

import re

from bot.domain.decisions.evidence_text import EvidenceKind
from bot.domain.decisions.record import DecisionBody
from bot.domain.decisions.search import texts

_WRITTEN = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Z0-9_]+-[1-9][0-9]{0,9}(?![A-Za-z0-9])")


def named_issues(body: DecisionBody) -> frozenset[str]:
    """The keys of its evidence and those that its texts mention, written as Jira does; nobody says
    that such issues exist."""
    evidence = {each.key for each in body.evidence if each.kind is EvidenceKind.ISSUE}
    said = (key for text in (body.title, *texts(body)) for key in _WRITTEN.findall(text))
    return frozenset(evidence.union(said))
