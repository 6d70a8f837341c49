"""What an edit may do to the consent round of a proposal: nobody's objection is edited away."""

from collections.abc import Collection, Mapping

from bot.domain.decisions import consent_words
from bot.domain.decisions.record import ChangeKind, DecisionBody, DecisionRecord
from bot.domain.person import Person
from bot.domain.wording import one_line
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork

_NAME_LIMIT = 60


def require_fair(uow: UnitOfWork, record: DecisionRecord, body: DecisionBody, by: str) -> None:
    """Raises InvalidForm where an edit by `by` takes the say away from a maker who objects, or
    where others than its author change who is asked for consent, or how.

    `record` is locked and proposed. Its makers stand in for an author who can't take part any more.
    """
    removed = {*record.body.makers} - {*body.makers}
    changed = body.consent != record.body.consent
    if record.body.consent is None or not (removed or changed):
        return
    people = uow.people.several(record.workspace, sorted(record.deciders))
    objecting = _objecting(uow, record, people)
    problems: dict[str, str] = {}
    if not _may_rule(record, people, by):
        only = f"Only {_name(record.author, people)}, who proposed it, may"
        if changed:
            problems["consent_rule"] = f"{only} change how its makers are asked."
        if removed - {by}:
            problems["makers"] = f"{only} take makers out while they are asked."
    if changed and body.consent is None and objecting:
        problems["consent_rule"] = _object(objecting, people, "its makers go on being asked")
    if unheard := objecting & removed:
        problems["makers"] = _object(unheard, people, "nobody can take them out")
    if problems:
        raise InvalidForm(problems)


def _may_rule(record: DecisionRecord, people: Mapping[str, Person], by: str) -> bool:
    author = people.get(record.author)
    return by == record.author or (author is not None and not author.can_take_part)


def _objecting(uow: UnitOfWork, record: DecisionRecord, people: Mapping[str, Person]) -> set[str]:
    """The makers whose last word is an objection; an edit asks anew, but isn't their word."""
    found = set()
    for change in uow.decisions.changes(record.workspace, record.number):
        if change.kind is ChangeKind.ANSWERED and consent_words.is_objection(change.detail):
            found.add(change.by)
        elif change.kind in (ChangeKind.ANSWERED, ChangeKind.EDITED):
            found.discard(change.by)
    return {each for each in found & {*record.body.makers} if _counts(people.get(each))}


def _counts(person: Person | None) -> bool:
    return person is None or person.can_take_part


def _object(who: Collection[str], people: Mapping[str, Person], so: str) -> str:
    names = consent_words.joined(_name(each, people) for each in sorted(who))
    verb = "objects" if len(who) == 1 else "object"
    return (
        f"{names} {verb}, so {so}. "
        "Change the text until they can agree; its author can also reject it."
    )


def _name(user_id: str, people: Mapping[str, Person]) -> str:
    person = people.get(user_id)
    return one_line(person.name, _NAME_LIMIT) if person else user_id
