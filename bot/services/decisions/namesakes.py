"""Whom a file means by the names that somebody wrote into it."""

from collections.abc import Container
from dataclasses import replace

from bot.domain.decisions.archive import DecisionFile, FileRefused
from bot.domain.decisions.record import DecisionBody
from bot.ports.repositories import UnitOfWork

_PEOPLE = ("makers", "consulted", "informed")


def resolved(
    uow: UnitOfWork,
    file: DecisionFile,
    workspace: str,
    body: DecisionBody,
    fields: Container[str] = _PEOPLE,
    before: Container[str] = (),
) -> DecisionBody:
    """The body with user ids for names in these fields; raises FileRefused for whom nobody knows.

    Somebody with an id and a name is taken at their word, except for a maker who wasn't one
    `before`.
    """

    def ids(field: str) -> tuple[str, ...]:
        written: tuple[str, ...] = getattr(body, field)
        if field not in fields:
            return written
        if field == "makers":
            found = [decider(uow, file, workspace, each, field, before) for each in written]
        else:
            found = [_user_id(uow, file, workspace, each, field) for each in written]
        return tuple(dict.fromkeys(found))

    return replace(body, makers=ids("makers"), consulted=ids("consulted"), informed=ids("informed"))


def decider(
    uow: UnitOfWork,
    file: DecisionFile,
    workspace: str,
    written: str,
    field: str,
    before: Container[str] = (),
) -> str:
    """The id of somebody who is to decide; raises FileRefused for whom only the file knows.

    Nobody could say whether they are still here; who decided `before` goes on.
    """
    if written in before:
        return written
    found = _user_id(uow, file, workspace, written, field)
    if found not in before and uow.people.get(workspace, found) is None:
        sentence = (
            f"I don't know {found}: run this with the bot's token so that I can ask Slack, "
            "or name them as informed."
        )
        raise FileRefused(sentence, file.line_of(field))
    return found


def _user_id(uow: UnitOfWork, file: DecisionFile, workspace: str, written: str, field: str) -> str:
    if written in file.content.names or uow.people.get(workspace, written) is not None:
        return written
    wanted = written.strip().lstrip("@").casefold()
    named = [p.user_id for p in uow.people.all(workspace) if p.name.casefold() == wanted]
    if len(named) == 1:
        return named[0]
    problem = "I don't know" if not named else "More than one person is called"
    sentence = (
        f"{problem} {written}. Write the name with the Slack id, such as Lena Berg (U03LENA)."
    )
    raise FileRefused(sentence, file.line_of(field))
