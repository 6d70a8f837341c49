"""Reporting: `/standup` alone, `status` and `skip`, the prompts' buttons and the report's form."""

from datetime import date

from bot.domain.offer import Offer
from bot.domain.standup import Standup
from bot.domain.turn import Cohort
from bot.errors import NotPermitted, UserError
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services import offers, reports, standups, turns
from bot.views import prompts, wrap_ups
from bot.views import report_form as form
from bot.views import standups as views
from bot.views.blocks import note
from bot.workflows import people, prefill
from handlers.chosen import asking_here, of_channel
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.add_words("/standup", nothing=report_now, report=report_now, status=status, skip=skip)
    routes.clicks[views.ACTION_ANSWER] = answer
    routes.clicks[prompts.ACTION_AS_PLANNED] = as_planned
    routes.clicks[prompts.ACTION_NO_NEWS] = no_news
    routes.clicks[views.ACTION_SKIP] = skip_clicked
    routes.clicks[wrap_ups.ACTION_REPORTS] = all_reports
    routes.changes[form.CALLBACK_REPORT] = report_changed
    routes.submissions[form.CALLBACK_REPORT] = report_submitted


async def report_now(request: Command, deps: Deps) -> Reply:
    """Open the report form of the stand-up that is meant, or ask which one."""
    here = await asking_here(request, deps)
    if len(here) > 1:
        return Tell(message=views.choose(here, views.ACTION_ANSWER, "Which stand-up?"))
    return await _open(request, deps, here[0].id, None)


async def status(request: Command, deps: Deps) -> Reply:
    """Who has reported today in each of this channel's stand-ups, only for this person."""
    here = await of_channel(request, deps)

    def read(uow: UnitOfWork) -> Reply:
        days = [
            turns.day(uow, s, standups.today(uow, s, request.user_id, request.now)) for s in here
        ]
        known = {p.user_id: p for p in uow.people.all(request.workspace)}
        idle = [one for standup in here for one in standups.idle(uow, standup)]
        return Tell(message=wrap_ups.status(days, known, idle))

    return await deps.transactions.read(read)


async def skip(request: Command, deps: Deps) -> Reply:
    """Skip today in the stand-up that is meant, or ask which one."""
    here = await asking_here(request, deps)
    if len(here) > 1:
        return Tell(message=views.choose(here, views.ACTION_SKIP, "Skip which stand-up today?"))
    return await _skip(request, deps, here[0].id, None)


async def answer(request: Click, deps: Deps) -> Reply:
    """*Report*, *Edit* and *Report now* open the report form."""
    standup_id, day, author = _subject(request.value)
    if author not in ("", request.user_id):
        raise NotPermitted("That report isn't yours to edit. `/standup` opens your own.")
    return await _open(request, deps, standup_id, day)


async def as_planned(request: Click, deps: Deps) -> Reply:
    """*Same as planned* opens the form with the plan as what was done."""
    standup_id, day, _ = _subject(request.value)
    return await _open(request, deps, standup_id, day, planned=True)


async def no_news(request: Click, deps: Deps) -> Reply:
    """The one tap of somebody whose long run goes on: that line is the report."""
    standup_id, day, _ = _subject(request.value)

    def store(uow: UnitOfWork) -> None:
        offer = _offer(uow, request, standup_id, day)
        filled = offers.no_news(uow, offer, request.user_id, request.now)
        reports.submit(uow, request.workspace, request.user_id, filled, request.now)

    await deps.transactions.write_once(request.key, store)
    return Done()


async def skip_clicked(request: Click, deps: Deps) -> Reply:
    """*Skip today* on a prompt, which shows it then, or the choice after `/standup skip`."""
    standup_id, day, _ = _subject(request.value)
    skipped = await _skip(request, deps, standup_id, day)
    return Done() if day else skipped


async def all_reports(request: Click, deps: Deps) -> Reply:
    """*All reports* on a card, and the pages of what it opens."""
    standup_id, day, cohort, page = request.value.split("|")

    standup = await deps.transactions.read(standups.get, request.workspace, standup_id)
    if request.user_id not in standup.insiders:
        await people.require_member(request.workspace, standup.channel, request.user_id, deps.chat)

    def read(uow: UnitOfWork) -> Modal:
        whole, region = turns.day(uow, standup, date.fromisoformat(day)), _cohort(cohort)
        part = whole.of(region) if region else whole
        known = uow.people.several(request.workspace, [e.turn.user_id for e in part.entries])
        return wrap_ups.all_reports(part, region, known, deps.links, int(page))

    modal = await deps.transactions.read(read)
    return Show(modal=modal) if request.view else Open(modal=modal)


async def report_changed(request: Click, deps: Deps) -> Reply:
    """Somebody types: keep it as a draft."""
    await _keep_draft(request, deps)
    return Done()


async def report_submitted(request: Submission, deps: Deps) -> Reply:
    """Store a report; the outbox shows it. What was typed is kept where that is refused."""
    filled = form.read_report(request.state)
    await people.ensure_known(
        request.workspace, filled.asked, deps.chat, deps.transactions, request.now
    )
    try:
        await deps.transactions.write_once(
            request.key, reports.submit, request.workspace, request.user_id, filled, request.now
        )
    except UserError:
        await _keep_draft(request, deps)
        raise
    return Done()


async def _keep_draft(request: Click | Submission, deps: Deps) -> None:
    assert request.view is not None
    state = request.view.state
    await deps.transactions.write(
        reports.keep_draft,
        request.workspace,
        request.user_id,
        str(state.hidden["standup"]),
        date.fromisoformat(state.hidden["date"]),
        form.kept(state.values),
        request.now,
    )


async def _open(
    request: Command | Click,
    deps: Deps,
    standup_id: str,
    day: date | None,
    *,
    planned: bool = False,
) -> Reply:
    """The form opens at once with what the mirror knows; what is found later is appended."""
    offer = await deps.transactions.read(_offer, request, standup_id, day, planned=planned)

    async def later() -> Modal | None:
        fresher = await prefill.later(
            offer,
            request.user_id,
            deps.issue_tracker,
            deps.experiment_tracker,
            deps.transactions,
            request.now,
        )
        return form.report(fresher, deps.links) if fresher else None

    modal = form.report(offer, deps.links)
    return Open(modal=modal, later=None if offer.existing else later)


def _offer(
    uow: UnitOfWork,
    request: Command | Click,
    standup_id: str,
    day: date | None,
    *,
    planned: bool = False,
) -> Offer:
    on = day or _today(uow, request, standup_id)
    return offers.offer(
        uow, request.workspace, request.user_id, standup_id, on, request.now, as_planned=planned
    )


async def _skip(request: Command | Click, deps: Deps, standup_id: str, day: date | None) -> Reply:
    def store(uow: UnitOfWork) -> Standup:
        on = day or _today(uow, request, standup_id)
        return reports.skip(uow, request.workspace, request.user_id, standup_id, on, request.now)

    await deps.transactions.write_once(request.key, store)
    return Tell(message=note("Skipped for today. `/standup` still takes a report."))


def _today(uow: UnitOfWork, request: Command | Click, standup_id: str) -> date:
    standup = standups.get(uow, request.workspace, standup_id)
    return standups.today(uow, standup, request.user_id, request.now)


def _cohort(name: str) -> Cohort | None:
    return Cohort[name] if name else None


def _subject(value: str) -> tuple[str, date | None, str]:
    """A button's value: a stand-up, then the date and the author where it is about them."""
    standup_id, day, author = [*value.split("|"), "", ""][:3]
    return standup_id, date.fromisoformat(day) if day else None, author
