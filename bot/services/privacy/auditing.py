"""Reading the audit log, and reading its chain again."""

from dataclasses import replace

from bot.domain.audit import Chain, Verdict
from bot.domain.privacy.audit_page import AuditFilter, AuditPage
from bot.domain.privacy.roles import Role
from bot.ports.repositories import UnitOfWork
from bot.services.privacy import roles

PAGE = 15
_STEP = 1000


def page(uow: UnitOfWork, workspace: str, by: str, wanted: AuditFilter) -> AuditPage:
    """A page of the log; raises NotPermitted for others than admins and owners."""
    roles.require(uow, workspace, by, Role.ADMIN)
    found = uow.audit.page(workspace, wanted, PAGE + 1)
    shown = found[:PAGE]
    ids = {who for entry in shown for who in (entry.line.actor, entry.line.person) if who}
    subjects = {entry.line.subject for entry in shown if entry.line.subject}
    standups = uow.standups.several(workspace, subjects)
    names = {each: standup.plan.name for each, standup in standups.items()}
    older = replace(wanted, before=shown[-1].seq) if len(found) > PAGE else None
    people = uow.people.several(workspace, sorted(ids))
    return AuditPage(entries=shown, people=people, names=names, older=older)


def verify(uow: UnitOfWork, workspace: str) -> Verdict:
    """Every line is read and hashed again, from the oldest that is kept."""
    head = uow.audit.head(workspace)
    chain, after = Chain(head), head.dropped_seq
    while entries := uow.audit.chain(workspace, after, _STEP):
        chain.add(entries)
        after = entries[-1].seq
    return chain.verdict()


def checked(uow: UnitOfWork, workspace: str, by: str) -> Verdict:
    """`verify` for a person; raises NotPermitted for others than admins and owners."""
    roles.require(uow, workspace, by, Role.ADMIN)
    return verify(uow, workspace)
