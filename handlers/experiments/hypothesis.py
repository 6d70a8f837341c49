"""`/experiment hypothesis`: its words."""

from bot.domain.experiments.hypotheses import HypothesisState, is_reference, number_of
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import hypotheses, hypothesis_pages
from bot.views.experiments import hypothesis_card, hypothesis_lists
from handlers.decisions.viewers import viewer
from handlers.experiments import hypothesis_forms, hypothesis_verdicts
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import CommandHandler, Deps, Routes

_STATES = frozenset(state.value for state in HypothesisState)


async def on_hypothesis(request: Command, deps: Deps) -> Reply:
    """`hypothesis …`: a word with a number, a list, a number alone, or the claim of a new one."""
    word, _, rest = request.rest.partition(" ")
    word, rest = word.casefold(), rest.strip()
    if is_reference(request.rest):
        return await _show(request, deps, request.rest)
    if word == "list" and (not rest or rest.casefold() in _STATES):
        return await _list(request, deps, rest.casefold())
    if word in _ON_ONE and is_reference(rest):
        return await _ON_ONE[word](request, deps, rest)
    if word in (*_ON_ONE, "list") and len(rest.split()) <= 1:
        raise InvalidInput(_usage(word))
    return await hypothesis_forms.open_new(request, deps, request.rest)


async def _list(request: Command, deps: Deps, typed: str) -> Reply:
    state = HypothesisState(typed) if typed else None

    def read(uow: UnitOfWork) -> Reply:
        found, more = hypothesis_pages.listed(uow, viewer(request), state)
        return Tell(message=hypothesis_lists.listing(found, state, more, deps.links))

    return await deps.transactions.read(read)


async def _show(request: Command, deps: Deps, typed: str) -> Reply:
    number = number_of(typed)

    def read(uow: UnitOfWork) -> Reply:
        found = hypotheses.seen(uow, viewer(request), number)
        detail = hypotheses.detail(uow, found)
        return Tell(message=hypothesis_card.shown(detail, deps.links))

    return await deps.transactions.read(read)


async def _edit(request: Command, deps: Deps, typed: str) -> Reply:
    return await hypothesis_forms.open_edit(request, deps, number_of(typed))


async def _abandon(request: Command, deps: Deps, typed: str) -> Reply:
    chosen = HypothesisState.ABANDONED
    return await hypothesis_verdicts.open_verdict(request, deps, number_of(typed), chosen)


async def _verdict(request: Command, deps: Deps, typed: str) -> Reply:
    return await hypothesis_verdicts.open_verdict(request, deps, number_of(typed), None)


_ON_ONE = {"show": _show, "edit": _edit, "abandon": _abandon, "verdict": _verdict}


def _usage(word: str) -> str:
    if word == "list":
        return f"Type `list` alone or with one of {hypothesis_lists.STATES}."
    return f"Name a hypothesis, such as `/experiment hypothesis {word} H-9`."


def register(routes: Routes) -> None:
    """Add the word."""
    handler: CommandHandler = on_hypothesis
    routes.add_words("/experiment", hypothesis=handler)
