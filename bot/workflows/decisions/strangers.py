"""Whom and what decision files name and only Slack may know."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.decisions.archive import DecisionFile
from bot.domain.person import Person
from bot.errors import SlackError
from bot.ports.chat import Chat
from bot.ports.transactions import Transactions

# Files name people in whatever way they were written; only ids are looked up.
_ID = re.compile(r"[UW][A-Z0-9]{2,}")
# More people than these are found in the list of all members.
_ONE_BY_ONE = 10

_UNKNOWN_PERSON = frozenset({"user_not_found", "user_not_visible"})
"""https://docs.slack.dev/reference/methods/users.info"""


@dataclass(frozen=True, kw_only=True)
class Strangers:
    """What Slack says of those whom the mirror doesn't hold yet, by id, and the channels that it
    doesn't show; whom Slack doesn't know either has left."""

    people: Mapping[str, Person] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def among(self, user_ids: Iterable[str]) -> list[Person]:
        """Those of these."""
        return [self.people[each] for each in sorted(user_ids) if each in self.people]


NOBODY_ASKED = Strangers()


async def ask(
    workspace: str,
    files: Sequence[DecisionFile],
    channels: Collection[str],
    chat: Chat,
    transactions: Transactions,
) -> Strangers:
    """Ask Slack for the people in these files and for these channels; nothing is stored.

    Raises SlackError where Slack doesn't answer.
    """
    named = {each for file in files for each in file.content.people if _ID.fullmatch(each)}
    known = await transactions.read(lambda uow: set(uow.people.several(workspace, sorted(named))))
    missing = sorted(named - known)
    found = {person.user_id: person for person in await _described(workspace, missing, chat)}
    names = {user: name for file in files for user, name in file.content.names.items()}
    left = {
        user: Person(workspace=workspace, user_id=user, name=names[user], deleted=True)
        for user in missing
        if user in names
    }
    people = {user: found.get(user) or left[user] for user in missing if user in {*found, *left}}
    shown = {each for each in sorted(channels) if await _is_shown(workspace, each, chat)}
    return Strangers(people=people, hidden=frozenset(channels) - shown)


async def _described(workspace: str, user_ids: Sequence[str], chat: Chat) -> list[Person]:
    if len(user_ids) > _ONE_BY_ONE:
        return await chat.people(workspace)
    found = []
    for user_id in user_ids:
        try:
            found.append(await chat.person(workspace, user_id))
        except SlackError as error:
            if error.code not in _UNKNOWN_PERSON:
                raise
    return found


async def _is_shown(workspace: str, channel: str, chat: Chat) -> bool:
    try:
        await chat.channel(workspace, channel)
    except SlackError as error:
        if error.retryable or error.ambiguous:
            raise
        return False
    return True
