"""First suspects: what differs between a bad evaluation and the last good one, worst first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.alerts.incidents import Suspect
from bot.domain.experiments.datasets import DATASET_TAGS, EVALUATION_TAGS
from bot.domain.experiments.records import Run

DATA, PARAM, COMMIT, SOURCE, USER = "data", "param", "commit", "source", "user"

MOST_SUSPECTS = 20

# https://mlflow.org/docs/latest/ml/tracking/#system-tags names the tags that MLflow sets itself.
_COMMIT_TAGS = ("mlflow.source.git.commit", "git_commit", "commit")
_SOURCE_TAG = "mlflow.source.name"
_USER_TAG = "mlflow.user"

_DATA_TAGS = (*DATASET_TAGS, *EVALUATION_TAGS)
_DATA_PARAMS = {*_DATA_TAGS, "data_path", "train_data", "training_data", "dataset_name"}
_ORDER = (DATA, PARAM, COMMIT, SOURCE, USER)
# What is meant to differ from run to run.
_CHANCE = {"seed", "seeds", "random", "timestamp", "uuid", "id"}
_ENOUGH_TO_VARY = 4
_LONGEST = 60
_BEFORE_DIFFERENCE = 12

Mark = tuple[str, str]
"""What it is (`data`, `param` …) and its name."""


@dataclass(frozen=True, kw_only=True)
class Traced:
    """An evaluation's run, and the run that made the version which it evaluates, if another."""

    run: Run
    source: Run | None = None


def compare(bad: Traced, good: Sequence[Traced]) -> tuple[Suspect, ...]:
    """What differs from the last of `good` (oldest first; not empty), the likeliest cause first.

    Data before params before the commit. A param's value that a good evaluation had too isn't
    suspected, nor are seeds and what differs from one good evaluation to the next; of the others
    the ones that changed least among good ones come first.
    """
    found: dict[Mark, tuple[int, Suspect]] = {}
    for layer in (_Layer.of_sources(bad, good), _Layer.of_runs(bad, good)):
        for ranked in layer.suspects() if layer else ():
            found.setdefault((ranked[1].what, ranked[1].name), ranked)
    ordered = sorted(found.values(), key=lambda entry: _place(*entry))
    return tuple(suspect for _changes, suspect in ordered)[:MOST_SUSPECTS]


@dataclass(frozen=True)
class _Layer:
    """Runs of one kind: those that evaluate, or those that made what is evaluated."""

    bad: Run
    good: Sequence[Run]

    @classmethod
    def of_runs(cls, bad: Traced, good: Sequence[Traced]) -> "_Layer":
        return cls(bad.run, [each.run for each in good])

    @classmethod
    def of_sources(cls, bad: Traced, good: Sequence[Traced]) -> "_Layer | None":
        """None where the version, or the one before it, came from no run that is known."""
        if bad.source is None or not good or good[-1].source is None:
            return None
        return cls(bad.source, [each.source for each in good if each.source is not None])

    def suspects(self) -> Iterator[tuple[int, Suspect]]:
        """Each with how many values it had among good runs."""
        now, before = _marks(self.bad), [_marks(run) for run in self.good]
        last = before[-1]
        for mark in now.keys() | last.keys():
            old, new = last.get(mark, ""), now.get(mark, "")
            values = {marks.get(mark, "") for marks in before}
            if old == new or not self._is_known(mark[0]) or _is_harmless(mark, new, before, values):
                continue
            shown = _apart(old, new)
            yield len(values), Suspect(what=mark[0], name=mark[1], before=shown[0], after=shown[1])

    def _is_known(self, what: str) -> bool:
        """Whether both runs say anything of that kind: no word is no change."""
        return all(any(mark[0] == what for mark in _marks(run)) for run in self._pair())

    def _pair(self) -> tuple[Run, Run]:
        return self.bad, self.good[-1]


def _marks(run: Run) -> dict[Mark, str]:
    """Everything of a run that may have caused a change."""
    tags = run.tags
    found = {(DATA, tag): tags[tag] for tag in _DATA_TAGS if tags.get(tag)}
    for name, value in run.params.items():
        found.setdefault((DATA if name.lower() in _DATA_PARAMS else PARAM, name), value)
    commit = next((tags[tag] for tag in _COMMIT_TAGS if tags.get(tag)), "")
    others = {COMMIT: commit, SOURCE: tags.get(_SOURCE_TAG, ""), USER: _user(run, tags)}
    return found | {(what, what): value for what, value in others.items() if value}


def _user(run: Run, tags: Mapping[str, str]) -> str:
    return run.user or tags.get(_USER_TAG, "")


def _is_harmless(
    mark: Mark, new: str, before: Sequence[Mapping[Mark, str]], values: set[str]
) -> bool:
    what, name = mark
    if what in (DATA, COMMIT):
        return False
    if what == PARAM and not _CHANCE.isdisjoint(re.findall("[a-z]+", name.lower())):
        return True
    varies = len(before) >= _ENOUGH_TO_VARY and len(values) > len(before) / 2
    return new in values or varies


def _place(changes: int, suspect: Suspect) -> tuple[int, int, str]:
    return _ORDER.index(suspect.what), changes, suspect.name


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two values short enough to be shown, with where they differ in sight."""
    if max(len(old), len(new)) <= _LONGEST:
        return old, new
    pairs = zip(old, new, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    start = max(0, same - _BEFORE_DIFFERENCE)
    return _part(old, start), _part(new, start)


def _part(text: str, start: int) -> str:
    head = "…" if start else ""
    rest = text[start:]
    room = _LONGEST - len(head)
    return head + (rest if len(rest) <= room else rest[: room - 1] + "…")
