"""`/standup` and what people click and submit of it."""

from datetime import date

from bot.domain.standup import Standup, StandupPlan
from bot.errors import Conflict, InvalidForm, InvalidInput, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import standups
from bot.views import standup_forms as forms
from bot.views import standups as views
from bot.views.blocks import note
from bot.workflows import people
from bot.workflows import standups as workflows
from handlers import words
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission
from handlers.routing import Deps, Routes

HELP = """*Stand-ups*
`/standup` report now · `/standup new` start one in this channel · `/standup list` all of them
`/standup edit` change this channel's · `/standup status` who has reported today
`/standup skip` not today · `/standup help` this
_Coming next:_ `away` · `back` · `timezone` · `blocker` · `history` · `wrapup` · `mood` · \
`rotation` · `export` · `pause` · `resume` · `duplicate` · `delete`"""

COMING = (
    "away",
    "back",
    "timezone",
    "blocker",
    "history",
    "wrapup",
    "mood",
    "rotation",
    "export",
    "pause",
    "resume",
    "duplicate",
    "delete",
)


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands["/standup"] = command
    routes.clicks[views.ACTION_ANSWER] = answer
    routes.clicks[views.ACTION_SKIP] = skip_clicked
    routes.clicks[views.ACTION_CHANGE] = change_clicked
    routes.changes[forms.CALLBACK_SETUP] = setup_changed
    routes.submissions[forms.CALLBACK_SETUP] = setup_submitted
    routes.submissions[forms.CALLBACK_REPORT] = report_submitted


async def command(request: Command, deps: Deps) -> Reply:
    """`/standup …`."""
    table = {
        "": report_now,
        "report": report_now,
        "new": new,
        "list": listing,
        "edit": edit,
        "status": status,
        "skip": skip,
        **dict.fromkeys(COMING, words.coming),
    }
    return await words.dispatch(request, deps, table, HELP)


async def report_now(request: Command, deps: Deps) -> Reply:
    """Open the report form of the stand-up that is meant, or ask which one."""
    here = await _asking_here(request, deps)
    if len(here) > 1:
        return Tell(message=views.choose(here, views.ACTION_ANSWER, "Which stand-up?"))
    return await _open_report(request, deps, here[0].id, None)


async def new(request: Command, deps: Deps) -> Reply:
    """Open the set-up form for this channel."""
    if request.channel_name == "directmessage":
        raise InvalidInput("A stand-up belongs to a channel; type this in one.")
    modal = await workflows.open_setup(
        request.workspace, request.channel, deps.chat, deps.transactions, request.now
    )
    return Open(modal=modal)


async def listing(request: Command, deps: Deps) -> Reply:
    """All stand-ups of the workspace that this person takes part in or that run here."""
    found = await deps.transactions.read(lambda uow: uow.standups.all(request.workspace))
    visible = [s for s in found if s.channel == request.channel or s.may_change(request.user_id)]
    return Tell(message=views.listing(visible))


async def edit(request: Command, deps: Deps) -> Reply:
    """Open the set-up form of this channel's stand-up, or list those to choose from."""
    here = await _of_channel(request, deps)
    if len(here) > 1:
        return Tell(message=views.listing(here))
    return await _open_change(request, deps, here[0].id)


async def status(request: Command, deps: Deps) -> Reply:
    """Who has reported today in each of this channel's stand-ups, only for this person."""
    here = await _of_channel(request, deps)

    def read(uow: UnitOfWork) -> Reply:
        days = [
            standups.day(uow, s, standups.today(uow, s, request.user_id, request.now)) for s in here
        ]
        people = {p.user_id: p for p in uow.people.all(request.workspace)}
        return Tell(message=views.status(days, people))

    return await deps.transactions.read(read)


async def skip(request: Command, deps: Deps) -> Reply:
    """Skip today in the stand-up that is meant, or ask which one."""
    here = await _asking_here(request, deps)
    if len(here) > 1:
        return Tell(message=views.choose(here, views.ACTION_SKIP, "Skip which stand-up today?"))
    return await _skip(request, deps, here[0].id, None)


async def answer(request: Click, deps: Deps) -> Reply:
    """*Answer*, *Edit* and *Report now* open the report form."""
    standup_id, day, author = _subject(request.value)
    if author not in ("", request.user_id):
        raise NotPermitted("That report isn't yours to edit. `/standup` opens your own.")
    return await _open_report(request, deps, standup_id, day)


async def skip_clicked(request: Click, deps: Deps) -> Reply:
    """*Skip today* on a prompt, which shows it then, or the choice after `/standup skip`."""
    standup_id, day, _ = _subject(request.value)
    skipped = await _skip(request, deps, standup_id, day)
    return Done() if day else skipped


async def change_clicked(request: Click, deps: Deps) -> Reply:
    """*Change* opens the set-up form."""
    return await _open_change(request, deps, request.value)


async def setup_changed(request: Click, deps: Deps) -> Reply:
    """A field of the set-up form changed: draw the preview again."""
    assert request.view is not None
    try:
        plan = forms.read_half_filled(request.view.state)
    except InvalidForm:
        return Done()
    modal = await workflows.preview_setup(
        request.workspace,
        plan,
        request.view.state.hidden,
        deps.chat,
        deps.transactions,
        request.now,
    )
    return Show(modal=modal)


async def setup_submitted(request: Submission, deps: Deps) -> Reply:
    """Start or change a stand-up, then show everybody's next five prompts."""
    plan = forms.read_setup(request.state)
    await people.ensure_known(
        request.workspace, plan.participants, deps.chat, deps.transactions, request.now
    )
    try:
        standup = await _store(request, deps, plan)
    except Conflict as conflict:
        return await _offer_again(request, deps, plan, str(conflict))
    previews = await deps.transactions.read(standups.preview, request.workspace, plan, request.now)
    return Show(modal=forms.saved(standup, previews))


async def report_submitted(request: Submission, deps: Deps) -> Reply:
    """Store a report; the outbox shows it in the day's thread."""
    await deps.transactions.write_once(
        request.key,
        standups.submit,
        request.workspace,
        request.user_id,
        forms.read_report(request.state),
        request.now,
    )
    return Done()


async def _store(request: Submission, deps: Deps, plan: StandupPlan) -> Standup:
    hidden = request.state.hidden
    if "standup" in hidden:
        return await deps.transactions.write_once(
            request.key,
            standups.change,
            request.workspace,
            str(hidden["standup"]),
            plan,
            seen_version=int(hidden["version"]),
            author=request.user_id,
            now=request.now,
        )
    channel = str(hidden["channel"])
    await people.joined_channel(request.workspace, channel, deps.chat, by=request.user_id)
    return await deps.transactions.write_once(
        request.key,
        standups.create,
        request.workspace,
        channel,
        plan,
        request.user_id,
        request.now,
    )


async def _offer_again(request: Submission, deps: Deps, plan: StandupPlan, notice: str) -> Reply:
    """Somebody else was faster: the same form, with what was typed, over their version."""
    standup_id = str(request.state.hidden["standup"])
    theirs = await deps.transactions.read(standups.get, request.workspace, standup_id)
    modal = await workflows.preview_setup(
        request.workspace,
        plan,
        {"standup": standup_id, "version": theirs.version},
        deps.chat,
        deps.transactions,
        request.now,
        notice=notice,
    )
    return Show(modal=modal)


async def _open_report(
    request: Command | Click, deps: Deps, standup_id: str, day: date | None
) -> Reply:
    def read(uow: UnitOfWork) -> Reply:
        standup = standups.get(uow, request.workspace, standup_id)
        on = day or standups.today(uow, standup, request.user_id, request.now)
        standups.require_participant(standup, request.user_id)
        existing = uow.standups.report(standup.id, on, request.user_id)
        return Open(modal=forms.report(standup, on, existing))

    return await deps.transactions.read(read)


async def _open_change(request: Command | Click, deps: Deps, standup_id: str) -> Reply:
    standup = await deps.transactions.read(standups.get, request.workspace, standup_id)
    standups.require_change(standup, request.user_id)
    modal = await workflows.preview_setup(
        request.workspace,
        standup.plan,
        {"standup": standup.id, "version": standup.version},
        deps.chat,
        deps.transactions,
        request.now,
    )
    return Open(modal=modal)


async def _skip(request: Command | Click, deps: Deps, standup_id: str, day: date | None) -> Reply:
    def store(uow: UnitOfWork) -> Standup:
        standup = standups.get(uow, request.workspace, standup_id)
        standups.require_participant(standup, request.user_id)
        on = day or standups.today(uow, standup, request.user_id, request.now)
        return standups.skip(uow, request.workspace, request.user_id, standup.id, on, request.now)

    await deps.transactions.write_once(request.key, store)
    return Tell(message=note("Skipped for today. `/standup` still takes a report."))


async def _of_channel(request: Command, deps: Deps) -> list[Standup]:
    found = await deps.transactions.read(lambda uow: uow.standups.all(request.workspace))
    here = [s for s in found if s.channel == request.channel]
    if not here:
        raise NotFound("This channel has no stand-up. `/standup new` starts one here.")
    return here


async def _asking_here(request: Command, deps: Deps) -> list[Standup]:
    """The stand-ups that ask this person: those of this channel, else all; never none."""
    mine = await deps.transactions.read(standups.mine, request.workspace, request.user_id)
    if not mine:
        raise NotFound("No stand-up asks you yet. `/standup new` starts one in this channel.")
    return [s for s in mine if s.channel == request.channel] or mine


def _subject(value: str) -> tuple[str, date | None, str]:
    """A button's value: a stand-up, then the date and the author where it is about them."""
    standup_id, day, author = [*value.split("|"), "", ""][:3]
    return standup_id, date.fromisoformat(day) if day else None, author
