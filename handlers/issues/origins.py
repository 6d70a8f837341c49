"""*Create issue*: on alerts, on blockers, and in a message's menu."""

from contextlib import suppress

from bot.domain.issues.drafts import Origin, Source
from bot.errors import InvalidInput, NotFound, NotPermitted, SlackError, UserError
from bot.ports.repositories import UnitOfWork
from bot.services import blocker_issues, blocker_notices, channels
from bot.services.alerts import issues as alert_issues
from bot.views.decisions.origin import mentioned, plain
from bot.views.issues import seeds
from bot.views.issues.seeds import Seed
from bot.workflows import people
from handlers.issues.create import opened
from handlers.issues.rights import require_colleague, tracker
from handlers.replies import Reply
from handlers.requests import Click, Shortcut
from handlers.routing import Deps, Routes

FROM_MESSAGE = "issue.from_message"

# The form must open within three seconds: more unknown names than these stay ids.
_MOST_NAMES = 5


def register(routes: Routes) -> None:
    """Add the button and the shortcut."""
    routes.clicks[seeds.ACTION_CREATE] = clicked
    routes.shortcuts[FROM_MESSAGE] = from_message


async def clicked(click: Click, deps: Deps) -> Reply:
    """*Create issue* on an alert or a blocker."""
    tracker(deps)
    await require_colleague(click, deps)
    source, _, ref = click.value.partition(":")
    if source == Source.ALERT:
        origin, seed = await _alert(click, deps, ref)
    elif source == Source.BLOCKER and ref.isdecimal():
        origin, seed = await _blocker(click, deps, int(ref))
    else:
        raise InvalidInput("I can't tell what that is about. `/meridian issue` opens the form.")
    await people.require_inside(click.workspace, origin.channel, click.user_id, deps.chat)
    return await opened(click, deps, origin, seed)


async def from_message(shortcut: Shortcut, deps: Deps) -> Reply:
    """*Create Jira issue* on a message: its text, whose it is and where it stands."""
    tracker(deps)
    await require_colleague(shortcut, deps)
    said = shortcut.message
    with suppress(SlackError):
        await people.ensure_known(
            shortcut.workspace, _named(shortcut), deps.chat, deps.transactions, shortcut.now
        )
    known = await deps.transactions.read(
        lambda uow: uow.people.several(shortcut.workspace, _named(shortcut))
    )
    page = deps.links.message(shortcut.channel, said.ts, thread_ts=said.thread_ts)
    author = known[said.author].name if said.author in known else ""
    seed = seeds.message(plain(said.text, known), author, page, shortcut.user_id)
    return await opened(shortcut, deps, await _place(shortcut, deps), seed)


async def _alert(click: Click, deps: Deps, incident_id: str) -> tuple[Origin, Seed]:
    origin = Origin(source=Source.ALERT, ref=incident_id, channel=click.channel)

    def read(uow: UnitOfWork) -> Seed:
        incident = alert_issues.open_incident(uow, click.workspace, origin)
        return seeds.alert(incident, _page(uow, incident.delivery_id, deps))

    return origin, await deps.transactions.read(read)


async def _blocker(click: Click, deps: Deps, number: int) -> tuple[Origin, Seed]:
    """It is clicked in its channel, in direct messages and in App Home; the channel is its own."""

    def read(uow: UnitOfWork) -> tuple[Origin, Seed]:
        blocked = uow.blockers.get(click.workspace, number)
        if blocked is None:
            raise NotFound("I don't know this blocker any more.")
        origin = Origin(source=Source.BLOCKER, ref=str(number), channel=blocked.channel)
        blocker_issues.open_blocker(uow, click.workspace, origin)
        person = uow.people.get(click.workspace, blocked.user_id)
        name = person.name if person else "somebody"
        page = _page(uow, blocker_notices.card_id(blocked), deps)
        return origin, seeds.blocker(blocked, name, page)

    return await deps.transactions.read(read)


async def _place(shortcut: Shortcut, deps: Deps) -> Origin:
    """The message, or where Meridian isn't in its conversation: a direct message has the answer."""
    said, channel = shortcut.message, shortcut.channel
    try:
        info = await people.joined_channel(
            shortcut.workspace, channel, deps.chat, by=shortcut.user_id
        )
    except NotPermitted:
        raise
    except UserError:
        ref = f"{channel}:{said.ts}:{shortcut.user_id}"
        return Origin(source=Source.COMMAND, ref=ref, channel="")
    await deps.transactions.write(channels.noticed, shortcut.workspace, info, shortcut.now)
    return Origin(source=Source.MESSAGE, ref=said.ts, channel=channel, thread_ts=said.thread_ts)


def _named(shortcut: Shortcut) -> list[str]:
    ids = [shortcut.message.author, *mentioned(shortcut.message.text)]
    return [user_id for user_id in dict.fromkeys(ids) if user_id][:_MOST_NAMES]


def _page(uow: UnitOfWork, delivery_id: str, deps: Deps) -> str | None:
    posted = uow.deliveries.get(delivery_id)
    if posted is None or not posted.ts:
        return None
    return deps.links.message(posted.posted_channel, posted.ts)
