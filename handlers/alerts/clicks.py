"""The buttons and menus of an alert's message, and of the direct message to whom it called."""

from contextlib import suppress
from functools import partial

from bot.domain.alerts.incidents import Incident
from bot.domain.person import Person
from bot.errors import Conflict, InvalidInput, NotPermitted, SlackError
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import feedback, incidents
from bot.services.alerts.incidents import AckResult
from bot.views.alerts import answers, buttons
from bot.views.alerts.buttons import More
from bot.workflows import people
from handlers.alerts import silences, typed
from handlers.replies import Done, Open, Reply, Tell
from handlers.requests import Click, Request, Submission
from handlers.routing import Deps, Routes


async def on_acknowledge(click: Click, deps: Deps) -> Reply:
    """*Acknowledge*: the first one wins; others hear who it was."""
    await typed.require_colleague(click, deps)
    ack = await deps.transactions.write_once(
        click.key,
        incidents.acknowledge,
        click.workspace,
        click.value,
        click.user_id,
        click.channel,
        click.now,
    )
    by = ack.incident.acknowledged_by
    if ack.result is AckResult.OVER:
        return Tell(message=answers.over(ack.incident))
    if ack.result is AckResult.DONE or by == click.user_id:
        return Done()
    known = await deps.transactions.read(lambda uow: uow.people.several(click.workspace, [by]))
    return Tell(message=answers.already(ack.incident, known))


async def on_unacknowledge(click: Click, deps: Deps) -> Reply:
    """*Hand back*, by the one who acknowledged it."""
    await typed.require_colleague(click, deps)
    await deps.transactions.write_once(click.key, _hand_back, click)
    return Done()


def _hand_back(uow: UnitOfWork, click: Click) -> None:
    found = incidents.found(uow, click.workspace, click.value, click.user_id, click.channel)
    if found.acknowledged_by not in ("", click.user_id):
        known = uow.people.several(click.workspace, [found.acknowledged_by])
        raise NotPermitted(answers.not_yours(found, known))
    incidents.unacknowledge(uow, click.workspace, found.id, click.user_id, click.channel, click.now)


async def on_snooze(click: Click, deps: Deps) -> Reply:
    """A choice in *Snooze*; tomorrow is the next day of the person who clicks."""
    await typed.require_colleague(click, deps)
    word, incident_id = buttons.chosen(click.value)

    def snooze(uow: UnitOfWork) -> None:
        person = uow.people.get(click.workspace, click.user_id)
        zone = person.zone if person else "UTC"
        wanted = buttons.snooze(word, click.user_id, zone, click.now)
        incidents.snooze(
            uow, click.workspace, incident_id, click.user_id, click.channel, wanted, click.now
        )

    await deps.transactions.write_once(click.key, snooze)
    return Done()


async def on_more(click: Click, deps: Deps) -> Reply:
    """A choice in the menu behind the buttons."""
    await typed.require_colleague(click, deps)
    word, incident_id = buttons.chosen(click.value)
    match word:
        case More.ASSIGN:
            return await _assign(click, deps, incident_id)
        case More.RESOLVE:
            return await _resolve(click, deps, incident_id)
        case More.USEFUL | More.NOISE:
            return await _feedback(click, deps, incident_id, useful=word == More.USEFUL)
        case More.SILENCE:
            seen = await deps.transactions.read(
                incidents.found, click.workspace, incident_id, click.user_id, click.channel
            )
            return await silences.of_alert(click, deps, seen)
        case _:
            raise InvalidInput("I don't know that choice (any more); pick another one.")


async def on_useful(click: Click, deps: Deps, *, useful: bool) -> Reply:
    """*Useful* and *Noise* below an alert that is over."""
    await typed.require_colleague(click, deps)
    return await _feedback(click, deps, click.value, useful=useful)


async def on_assigned(request: Submission, deps: Deps) -> Reply:
    """The submitted form: who looks at it."""
    await typed.require_colleague(request, deps)
    hidden = request.state.hidden
    incident_id, channel = str(hidden["incident"]), str(hidden["channel"])
    chosen = answers.read_assignee(request.state)
    seen = await deps.transactions.read(
        incidents.found, request.workspace, incident_id, request.user_id, channel
    )
    await people.require_member(request.workspace, seen.channel, request.user_id, deps.chat)
    able = await _members(request, deps, seen)
    if chosen not in {person.user_id for person in able}:
        raise NotPermitted("They aren't in this alert's channel (any more); pick somebody else.")
    await deps.transactions.write_once(
        request.key,
        incidents.assign,
        request.workspace,
        incident_id,
        request.user_id,
        channel,
        chosen,
        request.now,
    )
    return Done()


async def _assign(click: Click, deps: Deps, incident_id: str) -> Reply:
    found = await deps.transactions.read(
        incidents.found, click.workspace, incident_id, click.user_id, click.channel
    )
    if not found.is_open:
        raise Conflict("This is over already; there is nothing to assign.")
    return Open(modal=await _assign_form(click, deps, found))


async def _assign_form(click: Click, deps: Deps, incident: Incident) -> Modal:
    able = await _members(click, deps, incident)
    if not able:
        raise NotPermitted("I don't see who is in this channel, so I can't assign it to anybody.")
    hidden = {"incident": incident.id, "channel": click.channel}
    return answers.assign_form(incident, able, click.now, hidden)


async def _members(request: Request, deps: Deps, incident: Incident) -> list[Person]:
    """The colleagues in the incident's channel, by name; who asks is one of them."""
    info = await deps.chat.channel(request.workspace, incident.channel)
    ids = [*info.member_ids]
    with suppress(SlackError):
        await people.ensure_known(request.workspace, ids, deps.chat, deps.transactions, request.now)
    known = await deps.transactions.read(lambda uow: uow.people.several(request.workspace, ids))
    able = [person for person in known.values() if person.can_take_part]
    return sorted(able, key=lambda person: (person.name.casefold(), person.user_id))


async def _resolve(click: Click, deps: Deps, incident_id: str) -> Reply:
    await deps.transactions.write_once(
        click.key,
        incidents.resolve_by_hand,
        click.workspace,
        incident_id,
        click.user_id,
        click.channel,
        click.now,
    )
    return Done()


async def _feedback(click: Click, deps: Deps, incident_id: str, *, useful: bool) -> Reply:
    await deps.transactions.write_once(
        click.key,
        feedback.give,
        click.workspace,
        incident_id,
        click.user_id,
        click.channel,
        useful,
        click.now,
    )
    return Tell(message=answers.thanked(useful=useful))


def register(routes: Routes) -> None:
    """Add them all."""
    routes.clicks[buttons.ACTION_ACKNOWLEDGE] = on_acknowledge
    routes.clicks[buttons.ACTION_UNACKNOWLEDGE] = on_unacknowledge
    routes.clicks[buttons.ACTION_SNOOZE] = on_snooze
    routes.clicks[buttons.ACTION_MORE] = on_more
    routes.clicks[buttons.ACTION_USEFUL] = partial(on_useful, useful=True)
    routes.clicks[buttons.ACTION_NOISE] = partial(on_useful, useful=False)
    routes.submissions[answers.CALLBACK_ASSIGN] = on_assigned
