"""Whether the people who were chosen for a stand-up can have the roles that they were given."""

from collections.abc import Collection, Iterable, Mapping

from bot.domain import roster
from bot.domain import standup as rules
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.errors import InvalidForm


def require_roles(named: Standup, before: Standup | None, people: Mapping[str, Person]) -> None:
    """Raises InvalidForm where a role is given to somebody who can't have it; who had it keeps it,
    so that a colleague's leaving doesn't stop every other change."""
    plan = named.plan
    picked = () if plan.everyone else plan.participants
    _require_able("participants", picked, roster.wish(before) if before else (), people)
    _require_able("observers", plan.observers, before.plan.observers if before else (), people)
    _require_able("managers", plan.managers, before.managers if before else (), people)
    if not plan.everyone:
        _require_picked(plan.optional, roster.wish(named), people)
        _require_unpicked(plan.observers, roster.wish(named), people)


def require_manager(named: Standup, before: Standup, people: Mapping[str, Person]) -> None:
    """Raises InvalidForm where nobody who is left could change the stand-up any more."""
    able = [u for u in named.managers if u in people and people[u].can_take_part]
    if not able and set(named.managers) != set(before.managers):
        sentence = "Nobody could change this stand-up any more; name somebody else first."
        raise InvalidForm({"managers": sentence})


def _require_able(
    field: str, chosen: Iterable[str], kept: Collection[str], people: Mapping[str, Person]
) -> None:
    able = {user for user, person in people.items() if person.can_take_part}
    refused = [u for u in chosen if u not in able and u not in kept]
    if refused:
        listed = ", ".join(rules.names(refused, people))
        sentence = f"Apps, guests and people of other companies can't take part: {listed}."
        raise InvalidForm({field: sentence})


def _require_picked(
    optional: Iterable[str], picked: Collection[str], people: Mapping[str, Person]
) -> None:
    strangers = [u for u in optional if u not in picked]
    if strangers:
        listed = ", ".join(rules.names(strangers, people))
        raise InvalidForm({"optional": f"Not picked under Who: {listed}. Pick them there too."})


def _require_unpicked(
    observers: Iterable[str], picked: Collection[str], people: Mapping[str, Person]
) -> None:
    asked = [u for u in observers if u in picked]
    if asked:
        listed = ", ".join(rules.names(asked, people))
        raise InvalidForm({"observers": f"Observers aren't asked, and these are: {listed}."})


def require_somebody(standup: Standup) -> None:
    if not standup.plan.participants and not standup.resting:
        field = "audience" if standup.plan.everyone else "participants"
        raise InvalidForm({field: "Nobody would be asked. Pick at least one person."})
