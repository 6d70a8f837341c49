"""What a new issue begins with, taken from where it is asked for."""

from dataclasses import dataclass, replace

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.issues.drafts import SUMMARY_LIMIT
from bot.views.decisions.origin import first_sentence
from bot.views.text import clean, clean_lines, cut

ACTION_CREATE = "issue.new"
"""The button; its value is a source and what it is about, such as `blocker:4`."""

_DESCRIPTION = 2500


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A summary and a description, both plain text, and by user id whose it is to be (empty:
    nobody's)."""

    summary: str = ""
    description: str = ""
    assignee: str = ""


def alert(incident: Incident, page: str | None) -> Seed:
    """What an alert says, for who has it or was called; `page` is its message."""
    said = [clean(incident.latest)]
    said += [
        f"{suspect.name}: {suspect.before or 'none'} → {suspect.after or 'none'}"
        for suspect in incident.suspects
    ]
    called = incident.call.person if incident.call else ""
    whose = incident.assigned_to or incident.acknowledged_by or called
    return replace(_seed(incident.title, said, page), assignee=whose)


def blocker(blocked: Blocker, name: str, page: str | None) -> Seed:
    """What blocks somebody called `name`, for who has taken it."""
    said = [clean_lines(blocked.text, _DESCRIPTION), f"{blocked.ref} blocks {clean(name, 60)}."]
    return replace(
        _seed(first_sentence(blocked.text), said, page), assignee=blocked.acknowledged_by
    )


def message(quote: str, author: str, page: str | None, by: str) -> Seed:
    """What a message says, which somebody called `author` wrote (empty: nobody), for `by`."""
    whose = f"From a message of {clean(author, 60)}:" if author else "From a message:"
    seed = _seed(first_sentence(quote), [whose, clean_lines(quote, _DESCRIPTION)], page)
    return replace(seed, assignee=by)


def typed(text: str, by: str) -> Seed:
    """What `by` typed behind the command."""
    return replace(_seed(text, [], None), assignee=by)


def _seed(summary: str, said: list[str], page: str | None) -> Seed:
    described = "\n".join([*said, *([page] if page else [])])
    return Seed(summary=cut(clean(summary, 3000), SUMMARY_LIMIT), description=described)
