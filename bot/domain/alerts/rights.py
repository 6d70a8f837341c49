"""Who may change a rule."""

from collections.abc import Iterable, Mapping

from bot.domain.alerts.rules import Rule
from bot.domain.person import Person


def refusal(
    rule: Rule, user_id: str, responsible: Iterable[str], people: Mapping[str, Person]
) -> str:
    """Why this person may not change a rule, in a sentence; empty where they may.

    The author may, and who is `responsible` (owner and deputies); where none of them is here any
    more, every colleague may. People that aren't in `people` count as colleagues.
    """
    person = people.get(user_id)
    if person is not None and not person.can_take_part:
        return "Guests and people of other companies can't change alert rules."
    named = list(dict.fromkeys([rule.author, rule.owner, *responsible, *rule.deputies]))
    here = [u for u in named if u and (u not in people or people[u].can_take_part)]
    if user_id in named or not here:
        return ""
    listed = ", ".join(people[u].name for u in here if u in people) or "its author"
    return f"Only those who answer for {rule.label} can change it: {listed}."
