"""Which issues may be shown where: the one place that every issue's text passes on its way out.

A channel sees the projects and fields that its digest's settings allow, and the projects of its
stand-ups. While people of another company are in it, it sees nothing, unless somebody who knew of
them allowed it: when a channel gets shared, an earlier consent ends
(`bot.services.issues.shared`). A channel at which nobody has looked yet may be shared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.domain.channel import KnownChannel
from bot.domain.digests.settings import DigestSettings
from bot.domain.issues.sharing import ALL_FIELDS, NOTHING, UNNAMED, IssueField, IssueSight
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.ports.repositories import UnitOfWork


def of_channel(uow: UnitOfWork, workspace: str, channel: str) -> IssueSight:
    """What everybody who reads a channel may see."""
    settings = uow.digests.get(workspace, channel)
    known = uow.channels.known(workspace, [channel]).get(channel)
    allowed = settings is not None and settings.choice.shared_ok
    if known is None or known.shared is None or (known.shared and not allowed):
        return NOTHING
    standups = [s for s in uow.standups.all(workspace) if s.channel == channel]
    return _allowed(settings, standups)


def called(uow: UnitOfWork, workspace: str, channel: str, key: str) -> str:
    """How a channel names an issue that somebody created from there: by its key, but not where
    people of another company read it, or may read it, who may not see the project."""
    known = uow.channels.known(workspace, [channel]).get(channel)
    is_own = known is not None and known.shared is False
    return key if is_own or of_channel(uow, workspace, channel).names(key) else UNNAMED


def of_person(uow: UnitOfWork, workspace: str, user_id: str) -> IssueSight:
    """What a message that only this person reads may show.

    Colleagues see what the channels may see that they can read and the stand-ups they belong to,
    shared ones as well, for nobody else reads it; everybody sees what is assigned to them, as far
    as Jira found their account by their address: an account that they named themselves shows
    nothing more.
    """
    person = uow.people.get(workspace, user_id)
    if person is None or person.is_bot or person.deleted:
        return NOTHING
    own = person.choices.proven_account
    if not person.can_take_part:
        return IssueSight(own=own)
    fields: dict[str, frozenset[IssueField]] = {}
    for sight in _parts(uow, person):
        for project in sight.projects:
            fields[project] = fields.get(project, frozenset()) | sight.fields
    return IssueSight(projects=frozenset(fields), own=own, by_project=fields)


def _parts(uow: UnitOfWork, person: Person) -> Iterator[IssueSight]:
    """What each of their channels and stand-ups may see."""
    settings = {each.channel: each for each in uow.digests.all(person.workspace)}
    standups: Mapping[str, list[Standup]] = defaultdict(list)
    for standup in uow.standups.all(person.workspace):
        standups[standup.channel].append(standup)
    places = {*settings, *standups}
    known = uow.channels.known(person.workspace, places)
    for channel in sorted(places):
        theirs = _theirs(standups.get(channel, ()), known.get(channel), person.user_id)
        if theirs is not None:
            digest = settings.get(channel)
            needs_digest = _reads(known.get(channel), person.user_id) or any(
                not standup.plan.projects for standup in theirs
            )
            yield _allowed(digest, theirs, with_digest=needs_digest)


def _theirs(
    standups: Iterable[Standup], known: KnownChannel | None, user_id: str
) -> Sequence[Standup] | None:
    """The stand-ups of a channel that they read or belong to; None where neither holds."""
    if _reads(known, user_id):
        return list(standups)
    return [each for each in standups if user_id in each.insiders] or None


def _reads(known: KnownChannel | None, user_id: str) -> bool:
    return known is not None and known.lets_read(user_id)


def _allowed(
    settings: DigestSettings | None, standups: Iterable[Standup], *, with_digest: bool = True
) -> IssueSight:
    projects = {key for standup in standups for key in standup.plan.projects}
    if settings is not None and with_digest:
        projects |= {*settings.choice.projects}
    fields = settings.choice.fields if settings else ALL_FIELDS
    return IssueSight(projects=frozenset(projects), fields=fields)
