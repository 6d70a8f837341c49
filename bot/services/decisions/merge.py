"""Files that come back: new ones are logged, edited ones merged field by field with what is here.

What counts is what a person changed in the file since it was written: the base is the decision as
it was at the version that the file names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.decisions import fitting
from bot.domain.decisions.archive import (
    ArchivedDecision,
    DecisionFile,
    FileRefused,
    HandWritten,
)
from bot.domain.decisions.options import typed
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionRecord,
    DecisionStatus,
    edit_refusal,
)
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import (
    archive,
    consent_edits,
    makers,
    namesakes,
    newcomers,
    promotions,
    records,
    revisits,
    rounds,
)

_FROZEN = ("evidence", "origin")
_FIXED = ("channel", "decided_at", "supersedes", "superseded_by")
_SHOWN = 80
_KEYS = {promotions.FIELD_ALIAS: "promotion", "consent_rule": "consent"}


class Outcome(StrEnum):
    """What became of a file."""

    RESTORED = "restored"
    LOGGED = "logged"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The decision that a file stands for, and the fields that it changed; `unmoved` is what a
    restored one was still to move, such as `champion of churn`."""

    number: int
    outcome: Outcome
    fields: tuple[str, ...] = ()
    unmoved: str = ""


def take(
    uow: UnitOfWork,
    file: DecisionFile,
    workspace: str,
    channel: str,
    now: datetime,
    known: Mapping[newcomers.Saying, int] | None = None,
) -> Taken:
    """Bring one file into the log; `channel` is where new decisions go (empty: nowhere), `known`
    are those that are there, as `newcomers.sayings` (None: they are read).

    Raises FileRefused, and then nothing of the file may be kept.
    """
    content = file.content
    if isinstance(content, HandWritten):
        there = newcomers.sayings(uow, workspace) if known is None else known
        same, number = newcomers.log(uow, file, content, workspace, channel, now, there)
        return Taken(number=number, outcome=Outcome.UNCHANGED if same else Outcome.LOGGED)
    number = content.record.number
    record = uow.decisions.locked(workspace, number)
    if record is None:
        _require_fair_hours(file, content)
        archive.restore(uow, content)
        unmoved = archive.revive(uow, content.record, now)
        return Taken(number=number, outcome=Outcome.RESTORED, unmoved=unmoved)
    _require_the_same(uow, file, content, record)
    fields = _merge(uow, file, content, record, now)
    outcome = Outcome.CHANGED if fields else Outcome.UNCHANGED
    return Taken(number=number, outcome=outcome, fields=tuple(fields))


def _merge(
    uow: UnitOfWork,
    file: DecisionFile,
    content: ArchivedDecision,
    record: DecisionRecord,
    now: datetime,
) -> list[str]:
    base = uow.decisions.body_at(record.workspace, record.number, content.record.version)
    if base is None:
        sentence = (
            f"This is version {content.record.version} of {record.ref}, "
            "which isn't known here; export it again and repeat your change."
        )
        raise FileRefused(sentence, file.line_of("version"))
    edited = base.changed_fields(content.body)
    if not edited:
        return []
    _require_editable(file, record, base, edited)
    mine = namesakes.resolved(
        uow, file, record.workspace, fitting.tidied(content.body), edited, record.body.makers
    )
    _require_agreement(file, record, base, mine, edited)
    merged = replace(record.body, **{name: getattr(mine, name) for name in edited})
    changed = record.body.changed_fields(merged)
    if changed:
        archive.remember(uow, record.workspace, content.names)
        _require_fit(uow, file, record, merged, changed)
        after = record.edited(merged)
        detail = f"changed in an edited file: {', '.join(changed).replace('_', ' ')}"
        records.store(uow, after, ChangeKind.IMPORTED, "", now, detail)
        rounds.begin(uow, after, "", now)
    return changed


def _require_the_same(
    uow: UnitOfWork, file: DecisionFile, content: ArchivedDecision, record: DecisionRecord
) -> None:
    """Raises FileRefused for another log's decision of that number, and for a changed past."""
    theirs = content.record
    for name in ("created_at", "author"):
        if getattr(theirs, name) != getattr(record, name):
            sentence = f"{record.ref} is another decision here: {_short(record.title)}."
            raise FileRefused(sentence, file.line_of(name))
    trail = uow.decisions.changes(record.workspace, record.number)
    if list(content.changes) != trail[: len(content.changes)]:
        raise FileRefused("What happened can't be changed in a file.", file.line_of("audit"))
    fixed = _FIXED if theirs.version == record.version else ("channel",)
    for name in fixed:
        if getattr(theirs, name) != getattr(record, name):
            sentence = f"A file can't change the {name.replace('_', ' ')} of a decision."
            raise FileRefused(sentence, file.line_of(name))


def _require_editable(
    file: DecisionFile, record: DecisionRecord, base: DecisionBody, edited: list[str]
) -> None:
    first = min(edited, key=lambda name: _line(file, name, base))
    if sentence := edit_refusal(record):
        raise FileRefused(sentence, _line(file, first, base))
    for name in _FROZEN:
        if name in edited:
            sentence = f"The {name} of a decision stays as it was when it was logged."
            raise FileRefused(sentence, file.line_of(name))


def _require_agreement(
    file: DecisionFile,
    record: DecisionRecord,
    base: DecisionBody,
    mine: DecisionBody,
    edited: list[str],
) -> None:
    """Raises FileRefused if somebody changed a field here too, and otherwise."""
    disputed = [
        name
        for name in edited
        if getattr(record.body, name) not in (getattr(base, name), getattr(mine, name))
    ]
    if not disputed:
        return
    first = min(disputed, key=lambda name: _line(file, name, base))
    sentence = (
        f"{record.ref} was changed here and in Slack ({', '.join(disputed)}); keep one: "
        f"the file says “{_value(mine, first)}”, Slack says “{_value(record.body, first)}”."
    )
    raise FileRefused(sentence, _line(file, first, base))


def _require_fair_hours(file: DecisionFile, content: ArchivedDecision) -> None:
    """A round that was decided is history; one that goes on here ends as rounds do here."""
    why = fitting.misfits(content.body).get("consent")
    if why and content.record.status is DecisionStatus.PROPOSED:
        raise FileRefused(why, file.line_of("consent"))


def _require_fit(
    uow: UnitOfWork,
    file: DecisionFile,
    record: DecisionRecord,
    body: DecisionBody,
    changed: list[str],
) -> None:
    """What somebody edits in a file is held to what is asked of an edit in Slack by somebody who
    isn't its author: nobody knows whose edit it is."""
    problems = {name: why for name, why in fitting.misfits(body).items() if name in changed}
    try:
        if "makers" in changed:
            makers.require_able(uow, record.workspace, body, record.body)
        consent_edits.require_fair(uow, record, body, "")
        if "promotion" in changed:
            promotions.check(uow, record.workspace, body)
        if not {"revisit", "expected"}.isdisjoint(changed):
            revisits.check(uow, record.workspace, body)
    except InvalidForm as error:
        problems |= error.fields
    for name, why in problems.items():
        raise FileRefused(why, file.texts.get(name) or file.line_of(_KEYS.get(name, name)))


def _line(file: DecisionFile, name: str, base: DecisionBody) -> int:
    before = getattr(base, name)
    return file.line_of(name, before if isinstance(before, str) else None)


def _value(body: DecisionBody, name: str) -> str:
    value: Any = getattr(body, name)
    if name == "options":
        return _short(typed(value))
    if isinstance(value, tuple):
        return _short(", ".join(map(str, value)))
    return _short("nothing" if value in (None, "") else str(value))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"
