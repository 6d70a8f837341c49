"""`/experiment watch` and `unwatch`, the buttons of watching, and what a moved alias offers."""

from dataclasses import replace

from bot.domain.decisions.promotion import Promotion
from bot.domain.experiments.watches import Target, Wanted, wanted
from bot.domain.wording import one_line
from bot.errors import InvalidInput
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts
from bot.services.experiments import watches as services
from bot.services.experiments.watches import Changed
from bot.views.decisions import sheets
from bot.views.experiments import registry_news
from bot.views.experiments import watches as views
from handlers.decisions.forms import drawn
from handlers.experiments.colleagues import require_colleague
from handlers.replies import Open, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

COMMAND = "/experiment"
_NAME = 80
_STALE = "That button is out of date; `/experiment watch` shows what is watched."


def register(routes: Routes) -> None:
    """Add the words and the buttons."""
    routes.add_words(COMMAND, watch=on_watch, unwatch=on_unwatch)
    routes.clicks[views.ACTION_WATCH] = on_toggle
    routes.clicks[views.ACTION_UNWATCH] = on_unwatch_button
    routes.clicks[views.ACTION_REWATCH] = on_watch_button
    routes.clicks[registry_news.ACTION_LOG] = on_log_move


async def on_watch(request: Command, deps: Deps) -> Reply:
    """`watch <experiment|@person|model> [me]`; alone it lists what is watched."""
    meant = _meant(request, deps)
    if not meant.name and not meant.user_id:
        return await _list(request, deps)
    await require_colleague(request, deps)
    watcher = request.user_id if meant.mine else _here(request)
    return _told(
        await deps.transactions.write_once(
            request.key,
            services.watch,
            request.workspace,
            watcher,
            meant,
            request.user_id,
            request.now,
        )
    )


async def on_unwatch(request: Command, deps: Deps) -> Reply:
    """`unwatch <experiment|@person|model> [me]`; alone it lists what is watched."""
    meant = _meant(request, deps)
    if not meant.name and not meant.user_id:
        return await _list(request, deps)
    await require_colleague(request, deps)
    watcher = request.user_id if meant.mine else _here(request)
    return _told(
        await deps.transactions.write_once(
            request.key, services.unwatch, request.workspace, watcher, meant, request.user_id
        )
    )


async def on_toggle(click: Click, deps: Deps) -> Reply:
    """*Watch* of an experiment: for the person who presses it; once more ends it."""
    await require_colleague(click, deps)
    return _told(
        await deps.transactions.write_once(
            click.key, services.toggle, click.workspace, click.user_id, click.value, click.now
        )
    )


async def on_unwatch_button(click: Click, deps: Deps) -> Reply:
    """*Unwatch* in the list, or below an answer."""
    await require_colleague(click, deps)

    def work(uow: UnitOfWork) -> Changed:
        watcher, target = _pressed(click)
        watches = uow.watches.of(click.workspace, watcher)
        known = {(w.target.kind, w.target.key): w.target for w in watches}
        chosen = known.get((target.kind, target.key), target)
        return services.unwatch_target(uow, click.workspace, watcher, chosen, click.user_id)

    return _told(await deps.transactions.write_once(click.key, work))


async def on_watch_button(click: Click, deps: Deps) -> Reply:
    """*Watch again* below an answer."""
    await require_colleague(click, deps)

    def work(uow: UnitOfWork) -> Changed:
        watcher, target = _pressed(click)
        found = services.named(uow, click.workspace, target)
        return services.watch_target(uow, click.workspace, watcher, found, click.user_id, click.now)

    return _told(await deps.transactions.write_once(click.key, work))


async def on_log_move(click: Click, deps: Deps) -> Reply:
    """*Log as decision*: the form of a decision for what somebody did by hand."""
    try:
        model, alias, version = registry_news.read_move(click.value)
    except ValueError as error:
        raise InvalidInput(_STALE) from error

    def read(uow: UnitOfWork) -> Modal:
        title = f"Make version {version} the {alias} of {one_line(model, _NAME)}"
        desk = drafts.desk(uow, click.workspace, click.user_id, click.channel, title)
        sheet = sheets.new(desk.place, click.channel, click.user_id, title)
        moved = Promotion(model=model, version=version, alias=alias)
        sheet = replace(sheet, body=replace(sheet.body, promotion=moved))
        return drawn(uow, click.workspace, sheet.with_draft(desk.draft))

    return Open(modal=await deps.transactions.read(read))


async def _list(request: Command, deps: Deps) -> Reply:
    channel = "" if _is_direct(request) else request.channel
    found = await deps.transactions.read(
        services.listing, request.workspace, channel, request.user_id
    )
    return Tell(message=views.listing(found.channel, found.mine, in_channel=bool(channel)))


def _meant(request: Command, deps: Deps) -> Wanted:
    meant = wanted(request.rest)
    return replace(meant, name=deps.links.unlinked(meant.name))


def _pressed(click: Click) -> tuple[str, Target]:
    """Who watches and what, by the button; the channel is the one in which it was pressed."""
    try:
        mine, target = views.read_value(click.value)
    except ValueError as error:
        raise InvalidInput(_STALE) from error
    if not mine and not click.channel:
        raise InvalidInput(_STALE)
    return (click.user_id if mine else click.channel), target


def _here(request: Command) -> str:
    """The channel, or in a direct message the person."""
    return request.user_id if _is_direct(request) else request.channel


def _is_direct(request: Command) -> bool:
    """Ids of direct messages begin with D
    (https://docs.slack.dev/reference/objects/conversation-object)."""
    return request.channel.startswith("D")


def _told(changed: Changed) -> Reply:
    return Tell(
        message=views.changed(
            changed.target, changed.watcher, watching=changed.watching, done=changed.done
        )
    )
