"""Rules that there are: listed, shown, tested, deleted."""

from collections.abc import Sequence

from bot.errors import NotFound
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import editing, sight, trials
from bot.views.alerts import detail, listing, testing
from bot.views.alerts import trial as trial_views
from bot.views.alerts.detail import Detail
from bot.views.alerts.listing import Row
from bot.workflows.alerts.cards import drawn
from handlers.alerts import typed
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


async def show(request: Command, deps: Deps) -> Reply:
    """One rule: `/alert show A-1`, or its number alone."""
    text = request.text if typed.is_number(request.text) else request.rest
    number = typed.number(text)
    return Tell(message=await deps.transactions.read(_shown, request, number))


async def listed(request: Command, deps: Deps) -> Reply:
    """Every rule, page by page."""

    def read(uow: UnitOfWork) -> Message:
        rows = _rows(uow, request, request.channel)
        known = uow.people.several(request.workspace, _named(rows))
        return listing.first_page(rows, known, channel=request.channel)

    return Tell(message=await deps.transactions.read(read))


async def on_page(click: Click, deps: Deps) -> Reply:
    """*More* and *Back* open a page in a form, which the next one replaces."""
    number, channel = listing.read_page(click.value)

    def read(uow: UnitOfWork) -> Modal:
        rows = _rows(uow, click, channel)
        known = uow.people.several(click.workspace, _named(rows))
        return listing.page_modal(rows, known, number, channel=channel)

    modal = await deps.transactions.read(read)
    return Show(modal=modal) if click.view else Open(modal=modal)


async def test(request: Command, deps: Deps) -> Reply:
    """What a rule would have said in the last 90 days."""
    return Tell(message=await _tested(request, deps, typed.number(request.rest, "test")))


async def on_test(click: Click, deps: Deps) -> Reply:
    """*Test* on a rule."""
    return Tell(message=await _tested(click, deps, typed.number(click.value, "test")))


async def on_example(click: Click, deps: Deps) -> Reply:
    """*Send a test message*: the alert's card, marked as a test, only to who asked."""
    number = typed.number(click.value, "test")

    def read(uow: UnitOfWork) -> Message:
        rule = sight.living(uow, viewer(click), number)
        found = trials.of_rule(uow, rule, click.now)
        incident = trials.example(uow, rule, found, click.now) if found else None
        if incident is None:
            raise NotFound(f"{rule.label} has seen no evaluation yet, so there is nothing to show.")
        card = drawn(uow, incident, rule, click.now, deps.links, buttons=False)
        return testing.marked(rule, card)

    return Tell(message=await deps.transactions.read(read))


async def delete(request: Command, deps: Deps) -> Reply:
    """Ask before a rule ends."""
    return await _ask(request, deps, typed.number(request.rest, "delete"))


async def on_delete(click: Click, deps: Deps) -> Reply:
    """*Delete* on a rule."""
    return await _ask(click, deps, typed.number(click.value, "delete"))


async def on_deleted(request: Submission, deps: Deps) -> Reply:
    """The person said that they mean it."""
    await typed.require_colleague(request, deps)
    rule = await deps.transactions.write_once(
        request.key,
        editing.delete,
        request.workspace,
        int(request.state.hidden["number"]),
        request.user_id,
        request.now,
    )
    return Show(modal=detail.deleted(rule))


def _shown(uow: UnitOfWork, request: Request, number: int) -> Message:
    found = sight.shown(uow, viewer(request), number)
    cast = found.responsible
    named = {found.rule.author, found.rule.changed_by, cast.owner, *cast.deputies}
    named |= {each.acknowledged_by for each in found.incidents}
    named |= {found.silence.by} if found.silence else set()
    known = uow.people.several(request.workspace, named - {""})
    may = editing.may_change(uow, found.rule, request.user_id)
    return detail.shown(Detail(**vars(found)), known, may_change=may)


def _rows(uow: UnitOfWork, request: Request, channel: str) -> list[Row]:
    rows = [Row(**vars(each)) for each in sight.listed(uow, viewer(request))]
    return listing.ordered(rows, channel)


def _named(rows: Sequence[Row]) -> set[str]:
    """Everybody whom a list may name."""
    silencers = {row.silence.by for row in rows if row.silence}
    return ({row.owner for row in rows} | silencers) - {""}


async def _tested(request: Request, deps: Deps, number: int) -> Message:
    def read(uow: UnitOfWork) -> Message:
        rule = sight.living(uow, viewer(request), number)
        found = trials.of_rule(uow, rule, request.now)
        if found is None:
            return testing.gone(rule)
        told = trial_views.trial(rule, found.trial, request.now, found.baseline)
        return testing.tested(rule, told, has_example=bool(found.samples))

    return await deps.transactions.read(read)


async def _ask(request: Request, deps: Deps, number: int) -> Reply:
    def read(uow: UnitOfWork) -> Modal:
        sight.living(uow, viewer(request), number)
        rule = editing.editable(uow, request.workspace, number, request.user_id)
        stored = uow.alerts.state(request.workspace, number)
        is_open = stored is not None and stored.state.phase.is_open
        return detail.confirm_delete(rule, is_open=is_open)

    return Open(modal=await deps.transactions.read(read))


def register(routes: Routes) -> None:
    """Add its words and its buttons."""
    routes.add_words("/alert", list=listed, show=show, test=test, delete=delete)
    routes.clicks[listing.ACTION_PAGE] = on_page
    routes.clicks[detail.ACTION_TEST] = on_test
    routes.clicks[testing.ACTION_EXAMPLE] = on_example
    routes.clicks[detail.ACTION_DELETE] = on_delete
    routes.submissions[detail.CALLBACK_DELETE] = on_deleted
