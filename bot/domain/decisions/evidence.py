"""What speaks for a decision, as it was when it was written down, and as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EvidenceKind(StrEnum):
    """What a piece of evidence points to."""

    RUN = "run"
    VERSION = "version"
    DATASET = "dataset"
    COMMIT = "commit"
    ISSUE = "issue"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence with the values that it had at `frozen_at` (aware UTC).

    `key` is `<experiment id>/<run id>`, `<model>/<version>`, an issue's key, a data set's or a
    commit's name as the runs are tagged, or an address. `label` is what people call it. `metrics`
    are those of the run, or of the version's run; `state` is the status of a run or an issue, or
    the aliases of a version; `dataset` and `commit` are what the run was tagged with.
    """

    kind: EvidenceKind
    key: str
    label: str
    frozen_at: datetime
    metrics: Mapping[str, float] = field(default_factory=dict)
    state: str = ""
    dataset: str = ""
    commit: str = ""

    @property
    def id(self) -> str:
        """What tells it from the decision's other evidence."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A frozen value that is another one by now; `now` is empty where the thing is gone."""

    what: str
    then: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Evidence as it was and as it is; `now` is None where the mirror doesn't hold it (any more).

    `as_of` is when the mirror last heard of its source (aware UTC), None for what has no source.
    """

    then: Evidence
    now: Evidence | None
    drifts: Sequence[Drift] = ()
    as_of: datetime | None = None
