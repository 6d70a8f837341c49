"""What people type after a command: known words, near misses and help."""

import re
from collections.abc import Mapping

from bot.errors import InvalidInput
from bot.views.blocks import note
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import CommandHandler, Deps, Routes

# Two letters in the wrong order count as one slip; `i` is no `list`, `nwe` is `new`.
_CLOSE_ENOUGH = 0.6


async def dispatch(
    request: Command, deps: Deps, table: Mapping[str, CommandHandler], help_text: str
) -> Reply:
    """Run the word's handler, or name the nearest word and the help line.

    A known word with `help` behind it is explained instead.
    """
    handler = {**table, "help": explain(help_text)}.get(request.word)
    if handler is not None and request.word != "help" and asks_help(request):
        handler = explain(_about(help_text, request))
    if handler is None:
        raise InvalidInput(unknown_word(request, [*table, "help"]))
    return await handler(request, deps)


def dispatcher(routes: Routes, command: str, help_text: str) -> CommandHandler:
    """The handler of a command whose words several areas add to `routes`."""

    async def run(request: Command, deps: Deps) -> Reply:
        return await dispatch(request, deps, routes.words[command], help_text)

    return run


def explain(help_text: str) -> CommandHandler:
    """A handler that shows a help text."""

    async def show(_request: Command, _deps: Deps) -> Reply:
        return Tell(message=note(help_text))

    return show


async def coming(request: Command, _deps: Deps) -> Reply:
    """A word that a later version brings."""
    raise InvalidInput(
        f"`{request.command} {request.word}` isn't there yet. "
        f"`{request.command} help` shows what is."
    )


def asks_help(request: Command) -> bool:
    """Whether a command or one of its words is to be explained."""
    return "help" in (request.word, request.rest.casefold())


def _about(help_text: str, request: Command) -> str:
    """The lines of a help text that are about one word; all of them where none is."""
    said = re.compile(rf"`({re.escape(request.command)} )?{re.escape(request.word)}\b")
    return "\n".join(filter(said.search, help_text.splitlines())) or help_text


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant, or None."""
    # Imported when somebody mistypes: nobody waits for it at the start.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extractOne(
        word, known, scorer=OSA.normalized_similarity, score_cutoff=_CLOSE_ENOUGH
    )
    return found[0] if found else None


def unknown_word(request: Command, known: list[str]) -> str:
    """One sentence for a word that the command doesn't know."""
    guess = nearest(request.word, known)
    typed = request.word
    if guess is None:
        return f"I don't know *{typed}*. `{request.command} help` shows what I understand."
    meant = f"{request.command} {guess} {request.rest}".strip()
    return f"I don't know *{typed}*. Did you mean `{meant}`? `{request.command} help` shows all."
