"""Away, back, time zones and one's own settings: what people type, click and submit."""

from datetime import date, datetime

from bot.domain import away_words, calendar
from bot.domain.absence import Away
from bot.domain.person import Person
from bot.domain.zone_words import zone_named
from bot.errors import InvalidForm, NotFound, NotPermitted
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services import activity, aways
from bot.services import people as services
from bot.views import availability as views
from bot.views import away_form, me_form
from bot.views.forms import with_values
from bot.workflows import availability as workflows
from bot.workflows import holidays, people
from handlers.privacy import myself
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission, Surface
from handlers.routing import Deps, Routes

_FOLLOW_SLACK = frozenset({"auto", "slack", "automatic", "reset"})


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.add_words("/standup", away=away, back=back, timezone=timezone)
    routes.add_words("/meridian", me=me)
    routes.clicks[views.ACTION_AWAY] = away_clicked
    routes.clicks[views.ACTION_BACK] = back_clicked
    routes.clicks[views.ACTION_ME] = me
    routes.clicks[views.ACTION_KEEP_ZONE] = keep_zone
    routes.clicks[views.ACTION_ZONE_RIGHT] = zone_right
    routes.submissions[away_form.CALLBACK_AWAY] = away_submitted
    routes.changes[me_form.CALLBACK_ME] = me_changed
    routes.submissions[me_form.CALLBACK_ME] = me_submitted


async def away(request: Command, deps: Deps) -> Reply:
    """Open the form, or store the dates that were typed."""
    user_id, words = away_words.split_mention(request.rest)
    person = await _person(request, deps, user_id or request.user_id)
    today = _today(person, request.now)
    if not words:
        return Open(modal=away_form.away(person.user_id, today))
    dates = away_words.parse(words, today)
    entered = await deps.transactions.write_once(
        request.key,
        aways.set_away,
        request.workspace,
        person.user_id,
        dates.first,
        dates.last,
        dates.note,
        request.user_id,
        request.now,
    )
    if person.user_id != request.user_id:
        return Tell(message=views.away_of_other(person, entered, today))
    return Tell(message=views.away_set(entered, today))


async def away_clicked(request: Click, deps: Deps) -> Reply:
    """*I'm away…* opens the form, from the date of the prompt on where it stands on one."""
    person = await _person(request, deps, request.user_id)
    asked_for = request.value.rpartition("|")[2]
    today = _today(person, request.now)
    first = max(date.fromisoformat(asked_for), today) if asked_for else today
    return Open(modal=away_form.away(person.user_id, first))


async def away_submitted(request: Submission, deps: Deps) -> Reply:
    """Store the dates; the direct message says what holds."""
    filled = away_form.read_away(request.state)
    await people.ensure_known(
        request.workspace, filled.user_ids, deps.chat, deps.transactions, request.now
    )
    try:
        entered = await deps.transactions.write_once(
            request.key,
            aways.enter,
            request.workspace,
            filled.user_ids,
            filled.first,
            filled.last,
            filled.note,
            request.user_id,
            request.now,
        )
    except NotPermitted as error:
        raise InvalidForm({"people": str(error)}) from error
    others = [away for away in entered if away.user_id != request.user_id]
    return Show(modal=await _entered(request, deps, others)) if others else Done()


async def back(request: Command, deps: Deps) -> Reply:
    """End the absence of today, or show what is planned."""
    user_id, _ = away_words.split_mention(request.rest)
    person = await _person(request, deps, user_id or request.user_id)
    ended = await deps.transactions.write_once(
        request.key,
        aways.back,
        request.workspace,
        person.user_id,
        request.user_id,
        request.now,
    )
    return Tell(message=await _after_back(request, deps, person, ended))


async def back_clicked(request: Click, deps: Deps) -> Reply:
    """*I'm back* and *Cancel it* end a range; without one in its value, that of today."""
    person = await _person(request, deps, request.user_id)
    if request.value:
        ended: Away | None = await deps.transactions.write_once(
            request.key, aways.end, request.workspace, request.value, request.user_id, request.now
        )
    else:
        ended = await deps.transactions.write_once(
            request.key,
            aways.back,
            request.workspace,
            person.user_id,
            request.user_id,
            request.now,
        )
    if ended and request.surface is Surface.HOME:
        return Done()
    return Tell(message=await _after_back(request, deps, person, ended))


async def timezone(request: Command, deps: Deps) -> Reply:
    """Show which zone counts, choose one, or follow Slack again."""
    person = await _person(request, deps, request.user_id)
    if request.rest:
        person = await deps.transactions.write_once(
            request.key,
            services.choose_zone,
            request.workspace,
            request.user_id,
            _typed_zone(request.rest),
            request.now,
        )
    prompts = await deps.transactions.read(services.next_prompts, person)
    return Tell(message=views.zone(person, prompts, request.now))


async def keep_zone(request: Click, deps: Deps) -> Reply:
    """*Keep Berlin*: their choice counts from now on, whatever Slack says."""
    await deps.transactions.write_once(
        request.key,
        services.keep_zone,
        request.workspace,
        request.user_id,
        request.value,
        request.now,
    )
    return Done()


async def zone_right(request: Click, deps: Deps) -> Reply:
    """*That's right*: the question is answered."""
    await deps.transactions.write_once(
        request.key,
        services.accept_zone,
        request.workspace,
        request.user_id,
        request.value,
        request.now,
    )
    return Done()


async def me(request: Command | Click, deps: Deps) -> Reply:
    """Open the form of one's own settings, or what `/meridian me export` and the like ask for."""
    if isinstance(request, Command) and request.rest:
        return await myself.typed(request, deps)
    await _person(request, deps, request.user_id)
    modal = await workflows.me(request.workspace, request.user_id, deps.holidays, deps.transactions)
    return Open(modal=modal)


async def me_changed(request: Click, deps: Deps) -> Reply:
    """Another country was chosen: show its regions."""
    assert request.view is not None
    country = me_form.chosen_country(request.view.state)
    modal = await workflows.me(
        request.workspace, request.user_id, deps.holidays, deps.transactions, country
    )
    return Show(modal=with_values(modal, request.view.state.values))


async def me_submitted(request: Submission, deps: Deps) -> Reply:
    """Store what was chosen, then show when they are asked next."""
    person = await _person(request, deps, request.user_id)
    known = await deps.transactions.read(activity.jira_people, request.workspace, request.user_id)
    choices = me_form.read_me(request.state, person.choices, known)
    if choices.country:
        await holidays.copy(
            choices.country, choices.region, deps.holidays, deps.transactions, request.now
        )
    person = await deps.transactions.write_once(
        request.key,
        services.choose,
        request.workspace,
        request.user_id,
        choices,
        request.now,
    )
    prompts = await deps.transactions.read(services.next_prompts, person)
    return Show(modal=me_form.saved(person, prompts))


async def _person(request: Request, deps: Deps, user_id: str) -> Person:
    """Somebody whom Slack knows; raises NotFound."""
    await people.ensure_known(
        request.workspace, [user_id], deps.chat, deps.transactions, request.now
    )
    person = await deps.transactions.read(lambda uow: uow.people.get(request.workspace, user_id))
    if person is None:
        raise NotFound("I don't know this person.")
    return person


async def _entered(request: Request, deps: Deps, entered: list[Away]) -> Modal:
    ids = [away.user_id for away in entered]
    known = await deps.transactions.read(lambda uow: uow.people.several(request.workspace, ids))
    pairs = [(known[away.user_id], away) for away in entered]
    return away_form.saved(pairs, _today(pairs[0][0], request.now))


async def _after_back(request: Request, deps: Deps, person: Person, ended: Away | None) -> Message:
    if ended:
        return _ended(request, person, ended)

    def planned(uow: UnitOfWork) -> Message:
        coming = aways.coming(uow, request.workspace, person.user_id, request.now)
        return views.not_away(coming, _today(person, request.now))

    return await deps.transactions.read(planned)


def _ended(request: Request, person: Person, ended: Away) -> Message:
    if ended.user_id != request.user_id:
        return views.back_of_other(person)
    today = _today(person, request.now)
    return views.back() if ended.first <= today else views.cancelled(ended, today)


def _typed_zone(text: str) -> str:
    if text.lower() in _FOLLOW_SLACK:
        return ""
    return zone_named(text)


def _today(person: Person, now: datetime) -> date:
    return calendar.local_date(now, calendar.zone_or_utc(person.zone))
