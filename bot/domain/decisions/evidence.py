"""What speaks for a decision, as it was when it was written down, and as it is now."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from bot.domain.decisions.evidence_text import EvidenceKind as EvidenceKind
from bot.domain.decisions.evidence_text import pieces

_COMMENT_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence with the values that it had at `frozen_at` (aware UTC).

    `key` is `<experiment id>/<run id>`, `<model>/<version>`, an issue's key, a data set's or a
    commit's name as the runs are tagged, or an address. `label` is what people call it. `metrics`
    are those of the run, or of the version's run, all finite; `primary` is the one that their
    experiment is judged by, or empty; `state` is the status of a run or an issue, or the aliases
    of a version; `dataset` and `commit` are what the run was tagged with.
    """

    kind: EvidenceKind
    key: str
    label: str
    frozen_at: datetime
    metrics: Mapping[str, float] = field(default_factory=dict)
    primary: str = ""
    state: str = ""
    dataset: str = ""
    commit: str = ""

    @property
    def id(self) -> str:
        """What tells it from the decision's other evidence."""
        return f"{self.kind}:{self.key}"

    @property
    def typed_key(self) -> str:
        """The key as it is typed: of a run, its id alone."""
        return self.key.rpartition("/")[2] if self.kind is EvidenceKind.RUN else self.key

    @property
    def version(self) -> tuple[str, int]:
        """The model and the number of a version; 0, which no version has, where it is none."""
        model, _, number = self.key.rpartition("/")
        return model, int(number) if number.isdecimal() else 0


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A frozen value that is another one by now; `now` is empty where the thing is gone.

    `by` says how far a metric moved: `0.041 lower`.
    """

    what: str
    then: str
    now: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Evidence as it was and as it is; `now` is None where the mirror doesn't hold it (any more).

    `as_of` is when the mirror last heard of its source (aware UTC), None for what has no source or
    one that was never read. The metrics of `now` are those of `then`, and may not be finite.
    """

    then: Evidence
    now: Evidence | None
    drifts: Sequence[Drift] = ()
    as_of: datetime | None = None

    @property
    def gone(self) -> bool:
        """Whether its source was read and no longer has it."""
        return self.now is None and bool(self.drifts)


def typed(evidence: Iterable[Evidence]) -> str:
    """The text, one piece a line, in which `pieces` finds the same ones again."""
    return "\n".join(line(each) for each in evidence)


def line(evidence: Evidence) -> str:
    """The line of one piece: the first way to write it that is read as the same."""
    forms = list(_forms(evidence))
    wanted = (evidence.kind, evidence.typed_key)
    for form in forms:
        if [(each.kind, each.key) for each in pieces(form)] == [wanted]:
            return form
    return forms[-1]


def _forms(evidence: Evidence) -> Iterator[str]:
    key = evidence.typed_key
    match evidence.kind:
        case EvidenceKind.RUN:
            comment = " ".join(re.sub(r"[,;<>]|://", " ", evidence.label).split())
            if comment and not key.startswith(comment):
                yield f"run {key} # {comment[:_COMMENT_LIMIT].rstrip()}"
            yield f"run {key}"
        case EvidenceKind.VERSION:
            model, _, version = key.rpartition("/")
            yield f"{model} v{version}"
            yield f"models:/{quote(model, safe='')}/{version}"
        case EvidenceKind.DATASET:
            yield from (f"data {key}", f"data: {key}")
        case EvidenceKind.COMMIT:
            yield from (f"commit {key}", f"commit: {key}")
        case EvidenceKind.ISSUE | EvidenceKind.LINK:
            yield key
