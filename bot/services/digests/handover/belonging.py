"""Where somebody belongs: the channels whose news are theirs."""

from dataclasses import dataclass

from bot.domain.decisions.sight import Sight
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """A reader, and the channels of which they are told; everything else only where it names
    them."""

    person: Person
    channels: frozenset[str]

    @property
    def workspace(self) -> str:
        """Whose it is."""
        return self.person.workspace

    @property
    def user_id(self) -> str:
        """Who reads."""
        return self.person.user_id

    def did(self, *by: str) -> bool:
        """Whether the reader is among those who did it: then it is no news to them."""
        return self.user_id in by

    @property
    def sight(self) -> Sight:
        """What of decisions, alerts and hypotheses is told: of these channels, or naming them."""
        return Sight(channels=self.channels, user_id=self.user_id)


def of(uow: UnitOfWork, person: Person) -> Belonging:
    """The channels of their stand-ups, and those with decisions, alerts or a digest that are
    private with them in it, or public with a rule or a digest of theirs.

    Other public channels they may read, but nobody wants to hear of them all. Guests and people of
    other companies belong nowhere: they hear of what names them.
    """
    if not person.can_take_part:
        return Belonging(person=person, channels=frozenset())
    workspace, user_id = person.workspace, person.user_id
    own = {s.channel for s in uow.standups.all(workspace) if user_id in s.insiders}
    digests = [each for each in uow.digests.all(workspace) if each.choice.active]
    named = {each.channel for each in digests if each.owner == user_id} | {
        rule.channel
        for rule in uow.alerts.rules(workspace)
        if user_id in (rule.author, rule.owner, *rule.deputies)
    }
    speaking = {each.channel for each in digests} | named
    speaking |= {*uow.channels.alerting(workspace), *uow.channels.deciding(workspace)}
    known = uow.channels.known(workspace, sorted(speaking - own))
    near = {
        channel
        for channel, about in known.items()
        if user_id in about.members or (about.public and channel in named)
    }
    return Belonging(person=person, channels=frozenset(own | near))
