"""Decisions that somebody wrote as files, without a number."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.decisions import fitting
from bot.domain.decisions.archive import DecisionFile, FileRefused, HandWritten
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.errors import InvalidForm, UserError
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import archive, life, namesakes

Saying = tuple[str, str, str]
"""The title, the outcome and the context of a decision."""

_NEW = (DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED)


def log(
    uow: UnitOfWork,
    file: DecisionFile,
    written: HandWritten,
    workspace: str,
    channel: str,
    now: datetime,
    known: Mapping[Saying, int],
) -> tuple[bool, int]:
    """Log it with the next number, unless one that says the same is `known`.

    Returns whether it was there, and its number; raises FileRefused.
    """
    before = _makers_before(uow, workspace, written)
    tidy = fitting.tidied(written.body)
    body = namesakes.resolved(uow, file, workspace, tidy, before=before)
    for name, why in fitting.misfits(body).items():
        raise FileRefused(why, file.line_of(name))
    if (number := known.get(_saying(body))) is not None:
        return True, number
    _require_new(file, written, body)
    wish = NewDecision(
        workspace=workspace,
        channel=_channel(written.channel or channel),
        author=_author(uow, file, workspace, written, body),
        body=body,
        status=written.status,
        supersedes=written.supersedes,
    )
    archive.remember(uow, workspace, written.names)
    try:
        return False, life.log(uow, wish, now, from_file=True).number
    except InvalidForm as error:
        name, why = next(iter(error.fields.items()))
        raise FileRefused(why, file.line_of(name)) from error
    except UserError as error:
        raise FileRefused(str(error), file.line_of("supersedes")) from error


def sayings(uow: UnitOfWork, workspace: str) -> dict[Saying, int]:
    """The numbers of all decisions by what they say: a file that is imported twice is logged once.

    Every decision is read, so ask once for many files.
    """
    every = reversed(uow.decisions.all(workspace))
    return {_saying(record.body): record.number for record in every}


def saying(written: HandWritten) -> Saying:
    """What a file says, as `sayings` has it once it is logged."""
    return _saying(fitting.tidied(written.body))


def _saying(body: DecisionBody) -> Saying:
    return body.title, body.outcome, body.context


def _require_new(file: DecisionFile, written: HandWritten, body: DecisionBody) -> None:
    if written.status not in _NEW:
        sentence = f"A new decision is proposed or accepted, not {written.status}."
        raise FileRefused(sentence, file.line_of("status"))
    if written.status is DecisionStatus.ACCEPTED and (body.consent or body.promotion):
        what = "asks for consent" if body.consent else "moves an alias"
        sentence = f"A file can't accept what {what}: propose it, and accept it in Slack."
        raise FileRefused(sentence, file.line_of("status"))
    if body.evidence:
        sentence = "Evidence gets its values when it is added in Slack; leave it out of the file."
        raise FileRefused(sentence, file.line_of("evidence"))


def _makers_before(uow: UnitOfWork, workspace: str, written: HandWritten) -> tuple[str, ...]:
    older = written.supersedes and uow.decisions.get(workspace, written.supersedes)
    return older.body.makers if older else ()


def _channel(channel: str) -> str:
    if not channel:
        raise FileRefused("This is a new decision: say with --channel where it belongs.", 1)
    return channel


def _author(
    uow: UnitOfWork, file: DecisionFile, workspace: str, written: HandWritten, body: DecisionBody
) -> str:
    if written.author:
        return namesakes.decider(uow, file, workspace, written.author, "author")
    if not body.makers:
        sentence = "Somebody must stand for a new decision: name its decision-makers."
        raise FileRefused(sentence, file.line_of("makers"))
    return body.makers[0]
