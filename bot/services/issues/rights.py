"""Who may do something in a Jira project through Meridian, whose account may do more than theirs.

Colleagues may act on what they may see: projects that a channel or stand-up of theirs names, and
issues assigned to them.
"""

from bot.domain.issues.records import Issue
from bot.errors import NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.issues import sight

_NOBODY = "Guests and people of other companies can't change anything in Jira through me."
_MOST = 6


def projects(uow: UnitOfWork, workspace: str, channel: str, user_id: str) -> tuple[str, ...]:
    """The projects in which somebody may create issues, those that the channel's digest names
    first; empty where no channel names any, and then each of them may be typed."""
    mine = sight.of_person(uow, workspace, user_id).projects
    settings = uow.digests.get(workspace, channel)
    here = [key for key in (settings.choice.projects if settings else ()) if key in mine]
    here += sorted(sight.of_channel(uow, workspace, channel).projects & mine)
    return tuple(dict.fromkeys([*here, *sorted(mine)]))


def require_project(uow: UnitOfWork, workspace: str, user_id: str, project: str) -> None:
    """Raises NotPermitted where this project isn't theirs to create issues in."""
    _require_colleague(uow, workspace, user_id)
    mine = sight.of_person(uow, workspace, user_id).projects
    if project in mine or (not mine and not _any_named(uow, workspace)):
        return
    if mine:
        named = ", ".join(sorted(mine)[:_MOST])
        raise NotPermitted(
            f"No channel that you are in names {project}, so I create nothing there for you. "
            f"Yours: {named}."
        )
    raise NotPermitted(
        "None of your channels names a Jira project yet. `/digest settings` in a channel names one."
    )


def require_issue(uow: UnitOfWork, workspace: str, user_id: str, key: str) -> None:
    """Raises NotPermitted where the issue of this key isn't theirs to change."""
    _require_colleague(uow, workspace, user_id)
    if not may_see(uow, workspace, user_id, key):
        raise NotPermitted(
            f"No channel that you are in names the project of {key}, so I change nothing there "
            "for you. `/digest settings` in a channel names one."
        )


def may_see(uow: UnitOfWork, workspace: str, user_id: str, key: str) -> bool:
    """Whether this person may know of the issue, which need not be mirrored.

    A key says only where an issue once was: Jira answers under it after a move. Whoever asks Jira
    looks at what it answers, with `sees`.
    """
    seen = sight.of_person(uow, workspace, user_id)
    return seen.names(key) or any(map(seen.sees, uow.issues.by_keys(workspace, [key])))


def sees(uow: UnitOfWork, workspace: str, user_id: str, issue: Issue) -> bool:
    """Whether this person may know of the issue as Jira has just told it."""
    return sight.of_person(uow, workspace, user_id).sees(issue)


def _require_colleague(uow: UnitOfWork, workspace: str, user_id: str) -> None:
    person = uow.people.get(workspace, user_id)
    if person is not None and not person.can_take_part:
        raise NotPermitted(_NOBODY)


def _any_named(uow: UnitOfWork, workspace: str) -> bool:
    in_digests = any(each.choice.projects for each in uow.digests.all(workspace))
    return in_digests or any(each.plan.projects for each in uow.standups.all(workspace))
