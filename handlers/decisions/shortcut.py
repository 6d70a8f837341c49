"""*Log as decision* in a message's menu."""

from contextlib import suppress

from bot.domain.decisions.record import Origin
from bot.errors import NotPermitted, SlackError, UserError
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts
from bot.views.decisions import sheets
from bot.views.decisions.origin import mentioned, plain, quoted, title_of
from bot.workflows import people
from handlers.decisions.forms import drawn
from handlers.replies import Open, Reply
from handlers.requests import Shortcut
from handlers.routing import Deps, Routes

LOG_MESSAGE = "decision.log_message"

# The form must open within three seconds: more unknown names than these stay ids.
_MOST_NAMES = 5

NOT_HERE = (
    "I'm not in this conversation, so I couldn't post the decision here. In a channel, type "
    "`/invite @Meridian` and choose *Log as decision* again; elsewhere, type `/decide` in one."
)


async def on_log_message(shortcut: Shortcut, deps: Deps) -> Reply:
    """Open the form with what the message says, or with the draft of it."""
    await _require_here(shortcut, deps)
    with suppress(SlackError):
        await people.ensure_known(
            shortcut.workspace, _named(shortcut), deps.chat, deps.transactions, shortcut.now
        )
    modal = await deps.transactions.read(_form, shortcut, deps)
    return Open(modal=modal)


def _form(uow: UnitOfWork, shortcut: Shortcut, deps: Deps) -> Modal:
    place = drafts.message_place(shortcut.channel, shortcut.message.ts)
    origin = _origin(uow, shortcut, deps)
    sheet = sheets.new(place, shortcut.channel, shortcut.user_id, title_of(origin), origin)
    draft = drafts.at(uow, shortcut.workspace, shortcut.user_id, place)
    return drawn(uow, shortcut.workspace, sheet.with_draft(draft))


def _origin(uow: UnitOfWork, shortcut: Shortcut, deps: Deps) -> Origin:
    message = shortcut.message
    names = uow.people.several(shortcut.workspace, mentioned(message.text))
    url = deps.links.message(shortcut.channel, message.ts, thread_ts=message.thread_ts)
    return Origin(url=url or "", author=message.author, quote=quoted(plain(message.text, names)))


def _named(shortcut: Shortcut) -> list[str]:
    ids = [shortcut.message.author, *mentioned(shortcut.message.text)]
    return [user_id for user_id in dict.fromkeys(ids) if user_id][:_MOST_NAMES]


async def _require_here(shortcut: Shortcut, deps: Deps) -> None:
    try:
        await people.joined_channel(
            shortcut.workspace, shortcut.channel, deps.chat, by=shortcut.user_id
        )
    except NotPermitted:
        raise
    except UserError:
        raise UserError(NOT_HERE) from None


def register(routes: Routes) -> None:
    """Add the shortcut."""
    routes.shortcuts[LOG_MESSAGE] = on_log_message
