"""Who somebody is in MLflow, which knows people only by the names of their machines' accounts."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from bot.domain.person import Person

_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")


def owners(everybody: Iterable[Person], users: Iterable[str]) -> dict[str, str]:
    """To whom MLflow's users belong: user ids by user, without those that are nobody's.

    A user belongs to the one who chose it. Else to the one whom its name fits (the e-mail address,
    what stands before its @, or the usual forms of the name), if they chose no other and it fits
    nobody else.
    """
    chosen: dict[str, set[str]] = defaultdict(set)
    fitting: dict[str, set[str]] = defaultdict(set)
    for person in everybody:
        if person.choices.mlflow_user:
            chosen[_folded(person.choices.mlflow_user)].add(person.user_id)
        elif not person.is_bot and not person.deleted:
            for form in _forms(person):
                fitting[form].add(person.user_id)
    found = {}
    for user in users:
        people = chosen.get(_folded(user)) or fitting.get(_account(user), set())
        if len(people) == 1:
            (found[user],) = people
    return found


def _forms(person: Person) -> set[str]:
    email = _folded(person.email)
    local = email.partition("@")[0]
    forms = {email, local, local.partition("+")[0]}
    words = re.findall(r"\w+", _folded(_BRACKETS.sub(" ", person.name)))
    if words:
        first, last = words[0], words[-1]
        forms |= {"".join(words), " ".join(words), first}
        forms |= {separator.join((first, last)) for separator in ("", ".", "_", "-")}
        forms |= {first[0] + last, f"{first[0]}.{last}"}
    return forms - {""}


def _account(user: str) -> str:
    """Windows puts a domain before the name."""
    return _folded(user).rpartition("\\")[2]


def _folded(text: str) -> str:
    """In any case and without accents, as account names are."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
