"""Small parts that several messages of alerts share."""

from collections.abc import Mapping

from bot.domain.alerts.facts import Facts
from bot.domain.alerts.incidents import Incident
from bot.domain.person import Person
from bot.views.alerts.wording import span
from bot.views.text import Line, Piece, clean, link, moment, words

People = Mapping[str, Person]

NAME_LIMIT = 80


def dot(incident: Incident) -> str:
    """An incident's state in one character."""
    if incident.resolved_at is not None:
        return "✅"
    return "🟡" if incident.acknowledged_at is not None else "🔴"


def dot_of_all(facts: Facts) -> str:
    """The state of everything on a message in one character."""
    if not facts.is_open:
        return "✅"
    return "🟡" if facts.is_acknowledged else "🔴"


def name(people: People, user_id: str) -> str:
    """A person's name as outside text on one line; nobody is mentioned by it."""
    return clean(people[user_id].name, NAME_LIMIT) if user_id in people else "someone"


def person(people: People, user_id: str) -> Piece:
    """A person's name for a line of rich text."""
    return words(name(people, user_id))


def linked(url: str | None, text: str) -> Piece:
    """Outside text, a link where there is a page."""
    return link(url, clean(text)) if url else words(clean(text))


def ending(incident: Incident, people: People, because: Line | None = None) -> Line:
    """How and when an incident ended, after how long, and why."""
    ended = incident.resolved_at or incident.changed_at
    why: Line = because or [clean(incident.latest)]
    after = f" after {span(ended - incident.opened_at)}"
    if incident.resolved_by:
        return ["✅ ended by ", person(people, incident.resolved_by), " ", _time(incident), after]
    how = "✅ recovered " if incident.recovered or because else "✅ closed "
    return [how, _time(incident), f"{after}: ", *why]


def _time(incident: Incident) -> Piece:
    return moment(incident.resolved_at or incident.changed_at, "{time}")
