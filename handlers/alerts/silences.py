"""`/alert silence` and `silences`: begun by a form or in one line, listed, and ended."""

from datetime import timedelta

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import Silence
from bot.domain.alerts.spans import leading_length
from bot.errors import AlreadyHandled, InvalidInput
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import rules, sight, silences
from bot.services.decisions import drafts
from bot.views.alerts import detail, silence_form
from bot.views.alerts import silences as views
from bot.workflows import people
from handlers.alerts import typed
from handlers.decisions.viewers import viewer
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


async def silence(request: Command, deps: Deps) -> Reply:
    """A silence in one line, or the form with what was typed."""
    number, rest = typed.leading_number(request.rest)
    zone = await deps.transactions.read(_zone, request) if rest else "UTC"
    length, reason = leading_length(rest, zone, request.now)
    if number and length is not None and reason:
        return await _at_once(request, deps, number, length, reason)
    if rest and not number:
        raise InvalidInput(
            "Type the rule, how long and why, such as `/alert silence A-3 4h we retrain`, "
            "or only `/alert silence` for a form."
        )
    channel = request.channel
    if number:
        channel = (await deps.transactions.read(sight.living, viewer(request), number)).channel
    await people.joined_channel(request.workspace, channel, deps.chat)
    hours = f"{length / timedelta(hours=1):.15g}" if length else ""
    return Open(modal=await _form(request, deps, channel, number, hours, reason))


async def on_silence(click: Click, deps: Deps) -> Reply:
    """*Silence* on a rule."""
    number = typed.number(click.value, "silence")
    rule = await deps.transactions.read(sight.living, viewer(click), number)
    return Open(modal=await _form(click, deps, rule.channel, number))


async def of_alert(click: Click, deps: Deps, incident: Incident) -> Reply:
    """*Silence* on an alert, which only those can click who may see it."""
    rule = await deps.transactions.read(rules.living, click.workspace, incident.rule_number)
    return Open(modal=await _form(click, deps, rule.channel, rule.number))


async def on_typing(click: Click, deps: Deps) -> Reply:
    """Somebody types why: it is kept."""
    await deps.transactions.write(_keep, click)
    return Done()


async def on_submitted(request: Submission, deps: Deps) -> Reply:
    """Store it; whatever goes wrong, the reason is kept."""
    try:
        stored = await _stored(request, deps)
    except AlreadyHandled:
        raise
    except Exception:
        await deps.transactions.write(_keep, request)
        raise
    return Show(modal=views.begun_modal(stored))


async def listed(request: Command, deps: Deps) -> Reply:
    """What is silenced now."""

    def read(uow: UnitOfWork) -> Message:
        found = silences.listed(uow, viewer(request))
        known = uow.people.several(request.workspace, {each.by for each in found})
        return views.listing(found, known)

    return Tell(message=await deps.transactions.read(read))


async def on_end(click: Click, deps: Deps) -> Reply:
    """*End it now*."""
    await typed.require_colleague(click, deps)
    number = int(click.value)
    known = await deps.transactions.read(lambda uow: uow.silences.get(click.workspace, number))
    if known is not None:
        await people.require_member(click.workspace, known.channel, click.user_id, deps.chat)
    ended = await deps.transactions.write_once(
        click.key, silences.end, click.workspace, number, click.user_id, click.now
    )
    return Tell(message=views.ended(ended))


async def _at_once(
    request: Command, deps: Deps, number: int, length: timedelta, reason: str
) -> Reply:
    rule = await deps.transactions.read(sight.living, viewer(request), number)
    await people.joined_channel(request.workspace, rule.channel, deps.chat, by=request.user_id)
    await typed.require_colleague(request, deps)
    wanted = silence_form.of_rule(rule, length, reason, request.user_id, request.now)
    stored = await deps.transactions.write_once(request.key, silences.silence, wanted, request.now)
    return Tell(message=views.begun_message(stored))


async def _stored(request: Submission, deps: Deps) -> Silence:
    channel = silence_form.channel_of(request.state)
    await people.joined_channel(request.workspace, channel, deps.chat, by=request.user_id)
    await typed.require_colleague(request, deps)
    wanted = await deps.transactions.read(_wanted, request)
    stored = await deps.transactions.write_once(request.key, silences.silence, wanted, request.now)
    await deps.transactions.write(
        drafts.drop, request.workspace, request.user_id, _place(channel), request.now
    )
    return stored


def _wanted(uow: UnitOfWork, request: Submission) -> Silence:
    channel = silence_form.channel_of(request.state)
    return silence_form.read(
        request.state,
        _rules(uow, request.workspace, channel),
        workspace=request.workspace,
        user_id=request.user_id,
        zone=_zone(uow, request),
        now=request.now,
    )


def _zone(uow: UnitOfWork, request: Request) -> str:
    person = uow.people.get(request.workspace, request.user_id)
    return person.zone if person else "UTC"


async def _form(
    request: Request, deps: Deps, channel: str, number: int = 0, hours: str = "", reason: str = ""
) -> Modal:
    def read(uow: UnitOfWork) -> Modal:
        here = _rules(uow, request.workspace, channel)
        draft = drafts.at(uow, request.workspace, request.user_id, _place(channel))
        kept = silence_form.reason_of(draft.values) if draft else ""
        return silence_form.form(here, channel, number=number, hours=hours, reason=reason or kept)

    return await deps.transactions.read(read)


def _rules(uow: UnitOfWork, workspace: str, channel: str) -> list[Rule]:
    """The rules whose alerts come to a channel."""
    found = uow.alerts.rules(workspace)
    return [rule for rule in found if rule.decision is None and rule.channel == channel]


def _keep(uow: UnitOfWork, request: Click | Submission) -> None:
    assert request.view is not None
    place = _place(silence_form.channel_of(request.view.state))
    values = silence_form.kept(request.view.state)
    drafts.keep(uow, request.workspace, request.user_id, place, values, request.now)


def _place(channel: str) -> str:
    return f"alert:silence:{channel}"


def register(routes: Routes) -> None:
    """Add its words, its form and its buttons."""
    routes.add_words("/alert", silence=silence, silences=listed)
    routes.clicks[detail.ACTION_SILENCE] = on_silence
    routes.clicks[views.ACTION_END] = on_end
    routes.changes[silence_form.CALLBACK_SILENCE] = on_typing
    routes.submissions[silence_form.CALLBACK_SILENCE] = on_submitted
