"""The form of a new issue: opened from anywhere, following what is chosen, and sent."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from bot.domain.issues.drafts import FieldValue, NewIssue, Origin, Source, origin_of, unpacked
from bot.domain.issues.screens import FieldKind, create_page
from bot.errors import JiraError
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.issues import acts, ordering, rights
from bot.views.forms import FormState
from bot.views.issues import asked_fields, form
from bot.views.issues.form import Sheet
from bot.views.issues.seeds import Seed
from bot.views.issues.told import ACTION_AGAIN
from bot.workflows import people
from handlers.issues.rights import require_colleague, tracker
from handlers.replies import Done, Open, Reply, Show
from handlers.requests import Click, Request, Submission
from handlers.routing import Deps, Routes

# The form stands open meanwhile.
_LATER_SECONDS = 10.0
# A changed field is answered within three.
_AT_ONCE_SECONDS = 1.8


def register(routes: Routes) -> None:
    """Add the form and the button that opens it once more."""
    routes.submissions[form.CALLBACK] = submitted
    routes.changes[form.CALLBACK] = changed
    routes.clicks[ACTION_AGAIN] = again


async def opened(request: Request, deps: Deps, origin: Origin, seed: Seed) -> Reply:
    """The form, filled; what the project asks for comes as soon as Jira has said it."""
    tracker(deps)

    def read(uow: UnitOfWork) -> Sheet:
        ordering.require_open(uow, request.workspace, origin)
        projects = rights.projects(uow, request.workspace, origin.channel, request.user_id)
        draft = NewIssue(
            project=projects[0] if projects else "",
            issue_type="",
            summary=seed.summary,
            description=seed.description,
            fields=_assignee(uow, request.workspace, seed.assignee),
        )
        return Sheet(origin=origin, draft=draft, projects=projects)

    return _opened(await deps.transactions.read(read), deps)


async def again(click: Click, deps: Deps) -> Reply:
    """*Try again* below what Jira refused: the form with what was typed, and with the fields that
    Jira named."""
    await require_colleague(click, deps)
    tracker(deps)

    def read(uow: UnitOfWork) -> Sheet:
        order = ordering.failed(uow, click.workspace, click.value, click.user_id)
        origin = origin_of(order.subject["origin"])
        refusal = uow.deliveries.get(f"{order.id}:refused")
        said = refusal.subject if refusal else {}
        return Sheet(
            origin=origin,
            draft=unpacked(order.subject),
            projects=rights.projects(uow, click.workspace, origin.channel, click.user_id),
            problem=str(said.get("reason", "")),
            also=frozenset(str(each) for each in said.get("fields", ())),
        )

    return _opened(await deps.transactions.read(read), deps)


async def changed(click: Click, deps: Deps) -> Reply:
    """Another project or type: its fields, with what was typed so far."""
    if click.view is None:
        return Done()
    state = click.view.state
    channel = form.origin(state).channel
    projects = await deps.transactions.read(
        rights.projects, click.workspace, channel, click.user_id
    )
    sheet = form.sheet_of(state, projects)
    asked = await _asked(sheet, deps, _AT_ONCE_SECONDS)
    return Show(modal=form.form(asked or replace(sheet, slow=True)))


async def submitted(request: Submission, deps: Deps) -> Reply:
    """Order it; its key, or Jira's refusal, comes to where it was asked for."""
    state = request.state
    draft, origin = form.read(state), form.origin(state)
    await require_colleague(request, deps, *(each.person for each in draft.fields))
    if origin.source is not Source.COMMAND:
        await people.require_inside(request.workspace, origin.channel, request.user_id, deps.chat)

    def work(uow: UnitOfWork) -> None:
        known = _with_accounts(uow, request.workspace, draft, state)
        ordering.order(uow, request.workspace, origin, request.user_id, known, request.now)

    await deps.transactions.write_once(request.key, work)
    return Done()


def _opened(sheet: Sheet, deps: Deps) -> Reply:
    async def with_fields() -> Modal | None:
        asked = await _asked(sheet, deps, _LATER_SECONDS)
        return form.form(asked or replace(sheet, slow=True))

    return Open(modal=form.form(sheet), later=with_fields if sheet.draft.project else None)


async def _asked(sheet: Sheet, deps: Deps, seconds: float) -> Sheet | None:
    """With the types of the chosen project and what the chosen one asks for; None where Jira
    doesn't say so in time: then it says afterwards what is missing."""
    jira, project, found = tracker(deps), sheet.draft.project, None
    if not project:
        return sheet
    with suppress(JiraError, TimeoutError):
        async with asyncio.timeout(seconds):
            found = replace(sheet.with_types(await jira.issue_types(project)), slow=True)
            draft = found.draft
            screen = await jira.create_screen(project, draft.issue_type)
            page = create_page(jira.base_url, screen, draft.summary, draft.description)
            found = replace(found, screen=screen, page=page, slow=False)
    return found


def _assignee(uow: UnitOfWork, workspace: str, user_id: str) -> tuple[FieldValue, ...]:
    """Whose it is to be, where it is known who that is in Jira."""
    person = uow.people.get(workspace, user_id) if user_id else None
    if person is None or not person.choices.jira_account:
        return ()
    kind, account = FieldKind.PERSON, person.choices.jira_account
    return (FieldValue(field_id="assignee", kind=kind, value=account, person=person.user_id),)


def _with_accounts(uow: UnitOfWork, workspace: str, draft: NewIssue, state: FormState) -> NewIssue:
    """With the accounts of those who were chosen; raises InvalidForm where one isn't known."""
    fields = []
    for each in draft.fields:
        if each.kind is FieldKind.PERSON:
            block = asked_fields.name_of(state, each.field_id)
            account, _ = acts.account_of(uow, workspace, each.person, block)
            fields.append(replace(each, value=account))
        else:
            fields.append(each)
    return replace(draft, fields=tuple(fields))
