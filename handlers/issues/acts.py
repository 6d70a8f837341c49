"""What people do to an issue from its card: move, comment, assign."""

import asyncio
from collections.abc import Callable

from bot.domain.delivery import DeliveryKind
from bot.domain.issues.acts import IssueAct
from bot.domain.issues.records import Issue
from bot.errors import InvalidForm, InvalidInput, JiraError, NotFound
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.issues import acts, details, rights
from bot.views.issues import act_forms as forms
from bot.views.issues import card as views
from bot.views.issues.told import ACTION_SAY_AGAIN
from handlers.issues.card import key_in
from handlers.issues.rights import require_colleague, tracker
from handlers.replies import Done, Open, Reply, Tell
from handlers.requests import Click, Request, Submission
from handlers.routing import Deps, Routes

_STEPS_SECONDS = 10.0


def register(routes: Routes) -> None:
    """Add the buttons and their forms."""
    routes.clicks[views.ACTION_MOVE] = move
    routes.clicks[views.ACTION_COMMENT] = comment
    routes.clicks[views.ACTION_ASSIGN] = assign
    routes.clicks[views.ACTION_MINE] = mine
    routes.clicks[ACTION_SAY_AGAIN] = say_again
    routes.submissions[forms.CALLBACK_MOVE] = moved
    routes.submissions[forms.CALLBACK_COMMENT] = commented
    routes.submissions[forms.CALLBACK_ASSIGN] = assigned


async def move(click: Click, deps: Deps) -> Reply:
    """*Move…*: the form stands open while Jira says which steps there are."""
    key = await _allowed(click, deps)

    async def with_steps() -> Modal | None:
        try:
            async with asyncio.timeout(_STEPS_SECONDS):
                issue = await _theirs(click, deps, key)
                steps = await tracker(deps).transitions(key)
                return forms.move(key, issue.status, steps, deps.links)
        except (JiraError, NotFound) as error:
            return forms.no_answer(key, str(error))
        except TimeoutError:
            return forms.no_answer(key, "Jira is too slow to say which steps it can take.")

    return Open(modal=forms.asking(key), later=with_steps)


async def comment(click: Click, deps: Deps) -> Reply:
    """*Comment…*."""
    return Open(modal=forms.comment(await _allowed(click, deps)))


async def say_again(click: Click, deps: Deps) -> Reply:
    """*Try again* below a comment that Jira refused: the form with what was typed."""
    await require_colleague(click, deps)
    act = await deps.transactions.read(
        acts.failed_comment, click.workspace, click.value, click.user_id
    )
    return Open(modal=forms.comment(act.key, act.text))


async def assign(click: Click, deps: Deps) -> Reply:
    """*Assign…*."""
    return Open(modal=forms.assign(await _allowed(click, deps)))


async def mine(click: Click, deps: Deps) -> Reply:
    """*Assign to me*."""
    key = await _allowed(click, deps)
    try:
        await _order(click, deps, lambda uow: _assigned(uow, click, key, click.user_id))
    except InvalidForm as error:
        raise InvalidInput(str(error)) from error
    return Tell(message=forms.assigning(key, deps.links))


async def moved(request: Submission, deps: Deps) -> Reply:
    """The chosen step."""
    act = forms.read_move(request.state)
    await _order(request, deps, lambda _: act)
    return Done()


async def commented(request: Submission, deps: Deps) -> Reply:
    """What was typed."""
    act = forms.read_comment(request.state)
    await _order(request, deps, lambda _: act)
    return Done()


async def assigned(request: Submission, deps: Deps) -> Reply:
    """Who was chosen."""
    chosen, key = forms.read_person(request.state), forms.key_of(request.state)
    await require_colleague(request, deps, chosen)
    await _order(request, deps, lambda uow: _assigned(uow, request, key, chosen))
    return Done()


def _assigned(uow: UnitOfWork, request: Request, key: str, user_id: str) -> IssueAct:
    account, name = acts.account_of(uow, request.workspace, user_id, forms.PERSON)
    return IssueAct(kind=DeliveryKind.ASSIGN_ISSUE, key=key, account=account, name=name)


async def _order(request: Request, deps: Deps, act: Callable[[UnitOfWork], IssueAct]) -> None:
    await require_colleague(request, deps)

    def work(uow: UnitOfWork) -> None:
        asked = (request.workspace, request.user_id, act(uow), request.key, request.now)
        acts.order(uow, *asked)

    await deps.transactions.write_once(request.key, work)


async def _theirs(click: Click, deps: Deps, key: str) -> Issue:
    """The issue as it is now; raises NotFound where Jira shows none there, or one that this person
    may not see."""
    issue = await tracker(deps).issue(key)
    asked = (click.workspace, click.user_id)
    if issue is None or not await deps.transactions.read(rights.sees, *asked, issue):
        raise details.unknown(key)
    return issue


async def _allowed(click: Click, deps: Deps) -> str:
    """The key in the button, which this person may change; it is a hint."""
    tracker(deps)
    await require_colleague(click, deps)
    key = key_in(click.value)
    if not key:
        raise InvalidInput("I can't tell which issue that is. `/meridian issue CHURN-41` shows it.")
    await deps.transactions.read(rights.require_issue, click.workspace, click.user_id, key)
    return key
