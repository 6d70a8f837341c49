"""`/decide`: its words."""

from bot.domain.decisions.filters import are_filters
from bot.domain.decisions.record import is_reference, number_of
from bot.services.decisions import sight
from bot.views.decisions.card import shown
from bot.views.decisions.lists import LIST, SEARCH, TIMELINE
from handlers.decisions import forms, rhythm, search, why
from handlers.decisions.export import on_export
from handlers.decisions.viewers import viewer
from handlers.replies import Reply, Tell
from handlers.requests import Command, Request
from handlers.routing import CommandHandler, Deps, Routes
from handlers.words import dispatch, nearest

COMMAND = "/decide"

HELP = """\
*Decisions*: what was decided, by whom and why, numbered and findable
`/decide` or `/decide Use LightGBM for churn`  log a decision
*Log as decision* in a message's menu  log what it says, with its link
`/decide show D-12`  one with all its parts and what happened to it
`/decide why churn`  how the champion of a model came there; or `why D-12`, `why v14`
`/decide list` or `/decide list proposed`  the newest ones
`/decide search calibrating thresholds`  those that hold all these words in some form
`/decide timeline`  what happened to them, month by month
These three take `status:accepted` `tag:churn` `by:@lena` `since:2026-01` `until:2026-06-15`
`/decide edit D-12`  change one that is still proposed
`/decide supersede D-12`  log the decision that replaces it
`/decide review`  what waits for you and for others, and what is due for another look
`/decide weekly`  the decisions of the week in this channel, every week
`/decide export`  those that you may see as files, for a git repository
`/decide help`  this"""


async def on_decide(request: Command, deps: Deps) -> Reply:
    """`/decide …`: a word that it knows, a decision's number, or the title of a new one."""
    if is_reference(request.text):
        return await _show(request, deps, request.text)
    if request.word in _ON_THE_CARD and is_reference(request.rest):
        return await _show(request, deps, request.rest)
    if _is_word(request) or _is_slip(request):
        return await dispatch(request, deps, _WORDS, HELP)
    return await forms.open_new(request, deps, request.text.strip())


def _is_word(request: Command) -> bool:
    """`Show intervals in every digest` is a title: most words take one thing at most."""
    if request.word in _TAKE_MANY:
        return True
    takes_it = len(request.rest.split()) <= 1 or is_reference(request.rest)
    takes_it = takes_it or (request.word in _FILTERED and are_filters(request.rest))
    return takes_it and (request.word in _WORDS or request.word == "help")


def _is_slip(request: Command) -> bool:
    """Any text may be a title, so only a lone word, or one before a number, is a slip."""
    if not request.word or (request.rest and not is_reference(request.rest)):
        return False
    return nearest(request.word, [*_WORDS, "help"]) is not None


async def on_show(request: Command, deps: Deps) -> Reply:
    """`show D-n`."""
    return await _show(request, deps, request.rest)


async def _show(request: Request, deps: Deps, typed: str) -> Reply:
    detail = await deps.transactions.read(sight.detail, viewer(request), number_of(typed))
    return Tell(message=shown(detail, deps.links, request.now))


async def on_edit(request: Command, deps: Deps) -> Reply:
    """`edit D-n`."""
    return await forms.open_edit(request, deps, request.rest)


async def on_supersede(request: Command, deps: Deps) -> Reply:
    """`supersede D-n`."""
    return await forms.open_supersede(request, deps, request.rest, request.channel)


_WORDS: dict[str, CommandHandler] = {
    "list": search.word(LIST),
    "show": on_show,
    "search": search.word(SEARCH),
    "timeline": search.word(TIMELINE),
    "edit": on_edit,
    "supersede": on_supersede,
    "review": rhythm.on_review,
    "weekly": rhythm.on_weekly,
    "export": on_export,
    "why": why.on_why,
}

_TAKE_MANY = ("search", "why")
_FILTERED = ("list", "timeline")

_ON_THE_CARD = ("accept", "reject", "deprecate")
"""What the shown card has buttons for."""


def register(routes: Routes) -> None:
    """Add `/decide`."""
    routes.commands[COMMAND] = on_decide
