"""`/decide`: its words."""

from bot.domain.decisions.record import DecisionStatus, is_reference, number_of
from bot.domain.decisions.search import Query, search_words
from bot.errors import InvalidInput
from bot.services.decisions import details, search
from bot.views.decisions.card import shown
from bot.views.decisions.form import new_modal
from bot.views.decisions.lists import LIST_LENGTH, SEARCH_LENGTH, found, listing
from handlers.decisions import clicks
from handlers.replies import Open, Reply, Tell
from handlers.requests import Command, Request
from handlers.routing import CommandHandler, Deps, Routes
from handlers.words import dispatch, nearest

COMMAND = "/decide"

HELP = """\
*Decisions*: what was decided, by whom and why, numbered and findable
`/decide` or `/decide Use LightGBM for churn`  log a decision
`/decide list` or `/decide list proposed`  the newest ones
`/decide show D-12`  one with all its parts and what happened to it
`/decide search churn threshold`  those that hold all these words
`/decide edit D-12`  change one that is still proposed
`/decide supersede D-12`  log the decision that replaces it
`/decide help`  this
*Coming next*
`/decide review`  decisions due for another look
`/decide export`  all of them as files
`/decide why churn`  the decisions behind a model"""


async def on_decide(request: Command, deps: Deps) -> Reply:
    """`/decide …`: a word that it knows, a decision's number, or the title of a new one."""
    if is_reference(request.text):
        return await _show(request, deps, request.text)
    if request.word in _ON_THE_CARD and is_reference(request.rest):
        return await _show(request, deps, request.rest)
    if _is_word(request) or _is_slip(request):
        return await dispatch(request, deps, _WORDS, HELP)
    return Open(modal=new_modal(request.channel, request.user_id, request.text.strip()))


def _is_word(request: Command) -> bool:
    """`Show intervals in every digest` is a title: most words take one thing at most."""
    if request.word in _TAKE_MANY:
        return True
    takes_it = len(request.rest.split()) <= 1 or is_reference(request.rest)
    return takes_it and (request.word in _WORDS or request.word == "help")


def _is_slip(request: Command) -> bool:
    """Any text may be a title, so only a lone word, or one before a number, is a slip."""
    if not request.word or (request.rest and not is_reference(request.rest)):
        return False
    return nearest(request.word, [*_WORDS, "help"]) is not None


async def on_list(request: Command, deps: Deps) -> Reply:
    """`list [status]`."""
    status = _status(request.rest) if request.rest else None
    records = await deps.transactions.read(
        search.newest, request.workspace, status, LIST_LENGTH + 1
    )
    return Tell(message=listing(records, status))


def _status(typed: str) -> DecisionStatus:
    statuses = [status.value for status in DecisionStatus]
    if typed.lower() in statuses:
        return DecisionStatus(typed.lower())
    guess = nearest(typed.lower(), statuses)
    hint = f" Did you mean `/decide list {guess}`?" if guess else ""
    raise InvalidInput(f"I don't know the status *{typed}*.{hint} I list {', '.join(statuses)}.")


async def on_show(request: Command, deps: Deps) -> Reply:
    """`show D-n`."""
    return await _show(request, deps, request.rest)


async def _show(request: Request, deps: Deps, typed: str) -> Reply:
    detail = await deps.transactions.read(
        details.detail, request.workspace, number_of(typed), request.now
    )
    return Tell(message=shown(detail, deps.links, request.now))


async def on_search(request: Command, deps: Deps) -> Reply:
    """`search <words>`."""
    query = Query(words=search_words(request.rest))
    hits = await deps.transactions.read(search.search, request.workspace, query, SEARCH_LENGTH + 1)
    return Tell(message=found(hits, request.rest))


async def on_edit(request: Command, deps: Deps) -> Reply:
    """`edit D-n`."""
    return await clicks.open_edit(request, deps, request.rest)


async def on_supersede(request: Command, deps: Deps) -> Reply:
    """`supersede D-n`."""
    return await clicks.open_supersede(request, deps, request.rest, request.channel)


async def on_coming(request: Command, deps: Deps) -> Reply:
    """A word that a later version brings."""
    raise InvalidInput(
        f"`/decide {request.word}` isn't there yet. "
        "To log a decision of that name, type `/decide` alone."
    )


_WORDS: dict[str, CommandHandler] = {
    "list": on_list,
    "show": on_show,
    "search": on_search,
    "edit": on_edit,
    "supersede": on_supersede,
    "review": on_coming,
    "export": on_coming,
    "why": on_coming,
}

_TAKE_MANY = ("search", "why")

_ON_THE_CARD = ("accept", "reject", "deprecate")
"""What the shown card has buttons for."""


def register(routes: Routes) -> None:
    """Add `/decide`."""
    routes.commands[COMMAND] = on_decide
