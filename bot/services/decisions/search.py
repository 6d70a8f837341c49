"""Finding decisions: what was typed, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from bot.domain.decisions import filters
from bot.domain.decisions.filters import Typed
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Found, Happening, Query, search_words
from bot.domain.decisions.sight import Sight, Viewer
from bot.domain.person import Person
from bot.errors import InvalidInput, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import sight

LIST_LENGTH = 20
SEARCH_LENGTH = 10
TIMELINE_LENGTH = 20

_ME = ("me", "myself")
_NAMES_TOLD = 5

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One page, from 0, of what `typed` asks for, for the person who asks."""

    viewer: Viewer
    typed: str
    page: int = 0


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """The rows of one page and whether there are `more` behind it."""

    asked: Asked
    query: Query
    rows: Sequence[T]
    more: bool = False


def listed(uow: UnitOfWork, asked: Asked) -> Page[DecisionRecord]:
    """The newest decisions that the filters leave; a status may stand alone.

    Raises InvalidInput for what isn't a filter, NotFound for people whom nobody knows.
    """
    typed = filters.parse(asked.typed)
    if typed.text:
        typed = _with_status(typed)
    query = _resolved(uow, asked, typed, ())
    page = _page(uow, asked, query, uow.decisions.search, LIST_LENGTH)
    return Page(
        asked=asked, query=query, rows=[found.record for found in page.rows], more=page.more
    )


def search(uow: UnitOfWork, asked: Asked) -> Page[Found]:
    """Decisions that hold all words and that the filters leave, the best first.

    Raises InvalidInput where nothing was asked for, NotFound for people whom nobody knows.
    """
    typed = filters.parse(asked.typed)
    query = _resolved(uow, asked, typed, search_words(typed.text))
    if not query.is_narrow:
        raise InvalidInput("Type what to look for, such as `/decide search churn threshold`.")
    return _page(uow, asked, query, uow.decisions.search, SEARCH_LENGTH)


def timeline(uow: UnitOfWork, asked: Asked) -> tuple[Page[Happening], dict[str, Person]]:
    """What became of decisions, the latest first, and the people who did it.

    Raises as `search` does, but takes nothing for everything; a status may stand alone.
    """
    typed = filters.parse(asked.typed)
    alone = typed.text.lower() in list(DecisionStatus)
    typed = _with_status(typed) if alone else typed
    query = _resolved(uow, asked, typed, search_words(typed.text))
    page = _page(uow, asked, query, uow.decisions.happenings, TIMELINE_LENGTH)
    named = sorted({each.change.by for each in page.rows} - {""})
    return page, uow.people.several(asked.viewer.workspace, named)


def _with_status(typed: Typed) -> Typed:
    status = filters.status_of(typed.text, "/decide list ")
    return replace(typed, query=replace(typed.query, status=status), text="")


def _resolved(uow: UnitOfWork, asked: Asked, typed: Typed, words: tuple[str, ...]) -> Query:
    """The query with the people who were called by name."""
    viewer = asked.viewer
    known = uow.people.all(viewer.workspace) if typed.names else []
    people = [
        viewer.user_id if name.lower() in _ME else _named(known, name) for name in typed.names
    ]
    everybody = dict.fromkeys((*typed.query.people, *people))
    return replace(typed.query, words=words, people=tuple(everybody))


def _named(known: Sequence[Person], name: str) -> str:
    """The only person of that name, or of whose name it is a part."""
    wanted = name.casefold()
    exact = [person for person in known if person.name.casefold() == wanted]
    partly = [person for person in known if wanted in person.name.casefold().split()]
    found = exact or partly
    if len(found) == 1:
        return found[0].user_id
    if not found:
        raise NotFound(f"I don't know who {name} is. Type `by:@` and pick them from Slack's list.")
    names = ", ".join(person.name for person in found[:_NAMES_TOLD])
    raise NotFound(f"More than one is called {name}: {names}. Type `by:@` and pick one of them.")


def _page(
    uow: UnitOfWork,
    asked: Asked,
    query: Query,
    read: Callable[[str, Sight, Query, int, int], list[T]],
    length: int,
) -> Page[T]:
    seen = sight.of(uow, asked.viewer)
    rows = read(asked.viewer.workspace, seen, query, length + 1, asked.page * length)
    return Page(asked=asked, query=query, rows=rows[:length], more=len(rows) > length)
