"""A MADR file as a decision; what it can't be is refused with the line that says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bot.clients.madr import extras, write
from bot.clients.madr.arguments import options
from bot.clients.madr.escape import plain, unblock, unbullets
from bot.clients.madr.extras import Extras
from bot.clients.madr.front import Front
from bot.clients.madr.front import load as load_front
from bot.clients.madr.names import person
from bot.clients.madr.sections import Document, Section, split
from bot.domain.decisions.archive import ArchivedDecision, DecisionFile, FileRefused, HandWritten
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionRecord,
    DecisionStatus,
)

_PEOPLE = {"makers": "decision-makers", "consulted": "consulted", "informed": "informed"}
_BEFORE_4 = {"decision-makers": "deciders"}
_FIELDS = {field.name for field in fields(DecisionBody)}


def read(name: str, text: str, workspace: str) -> DecisionFile:
    """What a file says; raises FileRefused."""
    front = load_front(text)
    parts = split(front.rest, front.begin)
    more, names = extras.load(front)
    people = _people(front, names)
    status = _status(front, required=more.number is not None)
    body = _body(parts, more, people)
    lines, texts = _lines(front, parts)
    content: ArchivedDecision | HandWritten
    if more.number is None:
        content = HandWritten(
            body=_with_the_rest(body, parts),
            status=status,
            channel=more.channel,
            author=more.author,
            supersedes=more.supersedes,
            names=names,
        )
    else:
        _require_ours(parts)
        _require_untouched_status(front, more, status)
        content = _archived(workspace, body, status, more, names)
    return DecisionFile(name=name, content=content, lines=lines, texts=texts)


def _archived(
    workspace: str,
    body: DecisionBody,
    status: DecisionStatus,
    more: Extras,
    names: Mapping[str, str],
) -> ArchivedDecision:
    of_record = extras.body_values(more, {field.name for field in fields(DecisionRecord)})
    record = DecisionRecord(**of_record, workspace=workspace, body=body, status=status)
    return ArchivedDecision(
        record=record,
        changes=more.audit,
        approvers=more.asked,
        promotion=more.promoted,
        reviews=more.reviews,
        names=names,
    )


def _body(parts: Document, more: Extras, people: Mapping[str, tuple[str, ...]]) -> DecisionBody:
    title = plain(parts.title)
    if not title:
        raise FileRefused("The title is empty.", parts.line)
    outcome = unblock(_lines_of(parts, write.OUTCOME))
    if not outcome:
        section = parts.sections.get(write.OUTCOME)
        line = section.line if section else parts.line
        raise FileRefused(f"Nothing stands under ## {write.OUTCOME}: say what was chosen.", line)
    return DecisionBody(
        title=title,
        outcome=outcome,
        context=unblock(_lines_of(parts, write.CONTEXT)),
        drivers=unbullets(_lines_of(parts, write.DRIVERS)),
        options=options(parts.sections.get(write.OPTIONS), parts.sections.get(write.ARGUMENTS)),
        consequences=unbullets(_lines_of(parts, write.CONSEQUENCES)),
        **{**people, **extras.body_values(more, _FIELDS)},
    )


def _lines_of(parts: Document, name: str) -> list[str]:
    section = parts.sections.get(name)
    return section.lines if section else []


def _people(front: Front, names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The user ids of the three keys; `names` learns how they are called."""
    found: dict[str, tuple[str, ...]] = {}
    for field, key in _PEOPLE.items():
        given = front.values.get(key, front.values.get(_BEFORE_4.get(key, ""))) or []
        listed = re.split(r",\s*", given) if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise FileRefused(f"`{key}` is to be a list of names.", front.line(key))
        pairs = [person(each) for each in listed]
        names.update({user_id: name for user_id, name in pairs if name})
        found[field] = tuple(user_id for user_id, _ in pairs)
    return found


def _status(front: Front, *, required: bool) -> DecisionStatus:
    given = front.values.get("status")
    if given is None and not required:
        return DecisionStatus.PROPOSED
    word = str(given or "").split(" ")[0].lower()
    try:
        return DecisionStatus(word)
    except ValueError:
        known = ", ".join(DecisionStatus)
        sentence = f"I don't know the status {word or '(none)'}; MADR has {known}."
        raise FileRefused(sentence, front.line("status")) from None


def _require_untouched_status(front: Front, more: Extras, status: DecisionStatus) -> None:
    """The audit trail knows who brought a decision into its status; a file doesn't."""
    if more.audit and more.audit[-1].status is not status:
        sentence = (
            f"A file can't make a decision {status}; "
            f"its last change left it {more.audit[-1].status}. Do that in Slack."
        )
        raise FileRefused(sentence, front.line("status"))


def _require_ours(parts: Document) -> None:
    if parts.others:
        other = parts.others[0]
        sentence = f"There is no place for a section {other.heading}; put it under another one."
        raise FileRefused(sentence, other.line)


def _with_the_rest(body: DecisionBody, parts: Document) -> DecisionBody:
    """Sections that we would write ourselves hold a person's own words in a new file."""
    ours = [parts.sections[name] for name in (write.MORE,) if name in parts.sections]
    context = _joined(body.context, [*parts.others, *ours])
    ours = [parts.sections[name] for name in (write.CONFIRMATION,) if name in parts.sections]
    values: dict[str, Any] = {**vars(body)}
    values |= {"context": context, "consequences": _joined(body.consequences, ours)}
    return DecisionBody(**values)


def _joined(text: str, sections: Sequence[Section]) -> str:
    more = [f"{each.heading}:\n{unblock(each.lines)}" for each in sections if each.lines]
    return "\n\n".join(filter(None, [text, *more]))


def _lines(front: Front, parts: Document) -> tuple[dict[str, int], dict[str, int]]:
    lines = {"title": parts.line, "status": front.line("status")}
    lines |= {field: front.line(key) for field, key in _PEOPLE.items()}
    for field in fields(Extras):
        lines[field.name] = front.line(extras.KEY, field.name)
    texts: dict[str, int] = {}
    for name, heading in (
        ("context", write.CONTEXT),
        ("drivers", write.DRIVERS),
        ("options", write.OPTIONS),
        ("outcome", write.OUTCOME),
        ("consequences", write.CONSEQUENCES),
    ):
        section = parts.sections.get(heading)
        lines[name] = section.line if section else parts.line
        texts[name] = (section.begin or section.line) if section else parts.line
    return lines, texts
