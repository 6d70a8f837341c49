"""The mirror of Jira: keeping what was read."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.domain.issues.polling import (
    CHECK_EVERY,
    GIVE_UP_AFTER,
    Reading,
    Sighting,
    new_watermark,
)
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.domain.issues.token import Token, TokenFacts
from storage.issues import people
from storage.issues.reads import IssueReads, chunks
from storage.issues.rows import (
    IssueChangeRow,
    IssueProjectRow,
    IssueRow,
    IssueTokenRow,
    stored,
)
from storage.upsert import insert_if_absent

# The finest that both databases tell apart.
_NEXT = timedelta(microseconds=1)


class SqlIssues(IssueReads):
    """Implements `bot.ports.issues.Issues`."""

    def turn(self, workspace: str, now: datetime) -> datetime:
        """Lock the progress of all projects, in one order for everybody; what is noticed comes
        after each of them."""
        query = (
            select(IssueProjectRow.read_at)
            .where(IssueProjectRow.workspace == workspace)
            .order_by(IssueProjectRow.project)
            .with_for_update()
        )
        told = [read_at + _NEXT for read_at in self._session.scalars(query)]
        return max([now, *told])

    def save(self, workspace: str, reading: Reading, page: IssuePage, now: datetime) -> int:
        """Store a page; unique keys make it safe to repeat, also at the same time elsewhere."""
        self._keep_issues(workspace, reading, page.issues, now)
        self.hide(workspace, page.hidden, now)
        for project in reading.projects:
            self._advance(workspace, project, new_watermark(page, now), reading, now)
        people.keep(self._session, workspace, page)
        known = self._known_changes(workspace, page.changes)
        fresh = [change for change in page.changes if change.change_id not in known]
        # Two writers that insert the same rows in another order wait for each other.
        fresh.sort(key=lambda change: change.change_id)
        return sum(self._keep_change(workspace, reading, change, now) for change in fresh)

    def backlog_read(self, workspace: str, projects: Sequence[str], now: datetime) -> None:
        """All open issues of these projects were read."""
        self._session.execute(
            update(IssueProjectRow)
            .where(IssueProjectRow.workspace == workspace, IssueProjectRow.project.in_(projects))
            .values(backlog_at=now)
        )

    def sightings(self, workspace: str, issue_ids: Sequence[str]) -> dict[str, Sighting]:
        """How the mirror holds these issues, by id."""
        found: dict[str, Sighting] = {}
        for some in chunks(issue_ids):
            query = select(IssueRow.issue_id, IssueRow.updated_at, IssueRow.gone_at).where(
                IssueRow.workspace == workspace, IssueRow.issue_id.in_(some)
            )
            for issue_id, updated_at, gone_at in self._session.execute(query):
                found[issue_id] = Sighting(updated_at=updated_at, is_gone=gone_at is not None)
        return found

    def to_check(self, workspace: str, now: datetime, limit: int) -> list[str]:
        """Ids of which Jira wasn't asked for a day, the longest unasked first."""
        query = (
            select(IssueRow.issue_id)
            .where(IssueRow.workspace == workspace, IssueRow.check_at <= now)
            .order_by(IssueRow.check_at, IssueRow.issue_id)
            .limit(limit)
        )
        return list(self._session.scalars(query))

    def checked(self, workspace: str, issue_ids: Sequence[str], now: datetime) -> None:
        """Jira was asked for these: in a day again, but not for ever for what is gone."""
        given_up = now - GIVE_UP_AFTER
        for some in chunks(sorted(issue_ids)):
            mine = (IssueRow.workspace == workspace) & IssueRow.issue_id.in_(some)
            self._session.execute(update(IssueRow).where(mine).values(check_at=now + CHECK_EVERY))
            self._session.execute(
                update(IssueRow).where(mine, IssueRow.gone_at < given_up).values(check_at=None)
            )

    def hide(self, workspace: str, issue_ids: Sequence[str], now: datetime) -> None:
        """From now on no read returns these."""
        for some in chunks(sorted(issue_ids)):
            self._session.execute(
                update(IssueRow)
                .where(
                    IssueRow.workspace == workspace,
                    IssueRow.issue_id.in_(some),
                    IssueRow.gone_at.is_(None),
                )
                .values(gone_at=now, is_open=False)
            )

    def token_worked(self, facts: TokenFacts, now: datetime) -> None:
        """Jira took this token; the first time is kept."""
        kept = self._session.get(IssueTokenRow, facts.fingerprint)
        if kept and kept.in_use and kept.expires_on == facts.expires_on:
            return
        insert_if_absent(
            self._session,
            IssueTokenRow,
            fingerprint=facts.fingerprint,
            setting=facts.setting,
            is_mortal=facts.is_mortal,
            expires_on=facts.expires_on,
            first_worked_at=now,
            in_use=True,
        )
        is_this = IssueTokenRow.fingerprint == facts.fingerprint
        self._session.execute(update(IssueTokenRow).values(in_use=is_this))
        self._session.execute(
            update(IssueTokenRow).where(is_this).values(expires_on=facts.expires_on)
        )

    def token(self) -> Token | None:
        """The token that worked last, or None."""
        row = self._session.scalars(select(IssueTokenRow).where(IssueTokenRow.in_use)).first()
        if row is None:
            return None
        facts = TokenFacts(
            fingerprint=row.fingerprint,
            setting=row.setting,
            is_mortal=row.is_mortal,
            expires_on=row.expires_on,
        )
        return Token(facts=facts, first_worked_at=row.first_worked_at)

    def _keep_issues(
        self, workspace: str, reading: Reading, issues: Iterable[Issue], now: datetime
    ) -> None:
        known = self._locked(workspace, [issue.issue_id for issue in issues])
        for issue in sorted(issues, key=lambda each: each.issue_id):
            row = known.get(issue.issue_id)
            if row is None:
                insert_if_absent(
                    self._session,
                    IssueRow,
                    workspace=workspace,
                    noticed_at=reading.noticed_at(issue.created_at, now),
                    is_open=not issue.is_done,
                    check_at=now + CHECK_EVERY,
                    **stored(issue),
                )
            elif row.updated_at <= issue.updated_at:
                _replace(row, issue, now)
        self._session.flush()

    def _keep_change(
        self, workspace: str, reading: Reading, change: IssueChange, now: datetime
    ) -> bool:
        return insert_if_absent(
            self._session,
            IssueChangeRow,
            workspace=workspace,
            noticed_at=reading.noticed_at(change.at, now),
            **stored(change),
        )

    def _known_changes(self, workspace: str, changes: Sequence[IssueChange]) -> set[str]:
        known: set[str] = set()
        for some in chunks([change.change_id for change in changes]):
            query = select(IssueChangeRow.change_id).where(
                IssueChangeRow.workspace == workspace, IssueChangeRow.change_id.in_(some)
            )
            known.update(self._session.scalars(query))
        return known

    def _locked(self, workspace: str, issue_ids: Sequence[str]) -> dict[str, IssueRow]:
        found: dict[str, IssueRow] = {}
        for some in chunks(sorted(issue_ids)):
            query = select(IssueRow).where(
                IssueRow.workspace == workspace, IssueRow.issue_id.in_(some)
            )
            rows = self._session.scalars(query.order_by(IssueRow.issue_id).with_for_update())
            found.update((row.issue_id, row) for row in rows)
        return found

    def _advance(
        self,
        workspace: str,
        project: str,
        watermark: datetime | None,
        reading: Reading,
        now: datetime,
    ) -> None:
        insert_if_absent(
            self._session,
            IssueProjectRow,
            workspace=workspace,
            project=project,
            watermark=watermark or reading.since,
            read_at=now,
        )
        row = self._session.get_one(
            IssueProjectRow, (workspace, project), populate_existing=True, with_for_update=True
        )
        row.watermark = max(row.watermark, watermark or row.watermark)
        row.read_at = max(row.read_at, now)
        if reading.sweep:
            row.swept_at = now
        self._session.flush()


def _replace(row: IssueRow, issue: Issue, now: datetime) -> None:
    since = issue.status_since
    if since is None and row.status == issue.status:
        since = row.status_since
    for name, value in stored(issue).items():
        setattr(row, name, value)
    row.status_since = since
    row.is_open = not issue.is_done
    if row.gone_at is not None:
        row.gone_at, row.check_at = None, now + CHECK_EVERY
