"""Decisions that somebody wrote as files, without a number."""

from datetime import datetime

from bot.domain.decisions import fitting
from bot.domain.decisions.archive import DecisionFile, FileRefused, HandWritten
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.person import Person
from bot.errors import InvalidForm, UserError
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import life, namesakes

_NEW = (DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED)


def log(
    uow: UnitOfWork,
    file: DecisionFile,
    written: HandWritten,
    workspace: str,
    channel: str,
    now: datetime,
) -> tuple[bool, int]:
    """Log it with the next number, unless one that says the same is there already.

    Returns whether it was there, and its number; raises FileRefused.
    """
    body = namesakes.resolved(uow, file, workspace, fitting.tidied(written.body))
    for name, why in fitting.misfits(body).items():
        raise FileRefused(why, file.line_of(name))
    if (known := _known(uow, workspace, body)) is not None:
        return True, known
    if written.status not in _NEW:
        sentence = f"A new decision is proposed or accepted, not {written.status}."
        raise FileRefused(sentence, file.line_of("status"))
    if body.evidence:
        sentence = "Evidence gets its values when it is added in Slack; leave it out of the file."
        raise FileRefused(sentence, file.line_of("evidence"))
    wish = NewDecision(
        workspace=workspace,
        channel=_channel(written.channel or channel),
        author=_author(file, written, body),
        body=body,
        status=written.status,
        supersedes=written.supersedes,
    )
    _remember(uow, workspace, written)
    try:
        return False, life.log(uow, wish, now).number
    except InvalidForm as error:
        name, why = next(iter(error.fields.items()))
        raise FileRefused(why, file.line_of(name)) from error
    except UserError as error:
        raise FileRefused(str(error), file.line_of("supersedes")) from error


def _channel(channel: str) -> str:
    if not channel:
        raise FileRefused("This is a new decision: say with --channel where it belongs.", 1)
    return channel


def _author(file: DecisionFile, written: HandWritten, body: DecisionBody) -> str:
    author = written.author or next(iter(body.makers), "")
    if not author:
        sentence = "Somebody must stand for a new decision: name its decision-makers."
        raise FileRefused(sentence, file.line_of("makers"))
    return author


def _known(uow: UnitOfWork, workspace: str, body: DecisionBody) -> int | None:
    """A file that is imported twice is logged once."""
    for record in uow.decisions.all(workspace):
        there = record.body
        same = (there.title, there.outcome, there.context) == (
            body.title,
            body.outcome,
            body.context,
        )
        if same:
            return record.number
    return None


def _remember(uow: UnitOfWork, workspace: str, written: HandWritten) -> None:
    known = uow.people.several(workspace, written.names)
    uow.people.save(
        Person(workspace=workspace, user_id=user_id, name=name, deleted=True)
        for user_id, name in sorted(written.names.items())
        if user_id not in known
    )
