"""The largest digest: every section as long as can be, in its card and its forms."""

from dataclasses import replace

from bot.domain.blocker import Blocker
from bot.domain.digests.content import (
    Digest,
    LatePlan,
    OpenAlert,
    OpenBlocker,
    SourceNote,
    StandupNews,
)
from bot.domain.digests.settings import DigestChoice, DigestSettings, Weekly, schedule_of
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.records import BestRun, RunsSummary
from bot.domain.issues.records import Issue
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from bot.ports.chat import Message, Modal
from bot.views.digests import card, details, settings_form
from bot.views.digests.sections.all import whole
from tests.unit.views.largest import DAY, LINKS, LONG_AGO, MOST, NOW, decision, long, user
from tests.unit.views.largest_outside import experiment, incident, run_of
from tests.unit.views.largest_plans import state

BESIDE = details.Beside(older=DAY, newer=DAY)


def issues_of(alphabet: str) -> IssueSummary:
    """A hundred issues in each group, half of them no news."""
    return IssueSummary(
        groups={group: tuple(_line(alphabet, group, n) for n in range(100)) for group in IssueGroup}
    )


def _line(alphabet: str, group: IssueGroup, number: int) -> IssueLine:
    key = f"{'K' * 10}-{MOST - number}"
    issue = Issue(
        issue_id=str(number),
        key=key,
        project="K" * 10,
        summary=long(alphabet, 255),
        status=long(alphabet, 60),
        status_category="new",
        assignee_id="a",
        assignee_name=long(alphabet, 80),
        updated_at=NOW,
        created_at=LONG_AGO,
        priority=long(alphabet, 60),
        due_on=DAY,
    )
    return IssueLine(
        issue=issue,
        group=group,
        before=long(alphabet, 60),
        waits_for=(key,) * 9,
        was_due=DAY.replace(year=2020),
        was_priority=long(alphabet, 60),
        is_news=number % 2 == 0,
    )


def digest_of(alphabet: str) -> Digest:
    """Every section with hundreds of the longest."""
    span = Span(since=LONG_AGO, until=NOW)
    best = tuple(
        BestRun(
            experiment=experiment(alphabet, n),
            run=run_of(alphabet, n),
            metric=long(alphabet, 250),
            value=-1.23456e-300,
            higher_is_better=True,
            previous=-1.23456e300,
        )
        for n in range(100)
    )
    blocker = Blocker(
        number=MOST,
        workspace="T1",
        standup_id="s",
        channel="C1",
        user_id=user(0),
        text=long(alphabet, 3000),
        opened_at=LONG_AGO,
    )
    names = tuple(long(alphabet, 80) for _ in range(300))
    projects = tuple(f"{'K' * 10}{n}" for n in range(20))
    return Digest(
        day=DAY,
        window=Window(whole=span, issues=span, runs=span),
        blockers=(OpenBlocker(blocker=blocker, person=long(alphabet, 80), asked=names),) * 300,
        standup=StandupNews(reported=names, awaited=names),
        decisions=tuple(decision(alphabet, MOST - n) for n in range(100)),
        issues=issues_of(alphabet),
        before=DAY,
        runs=RunsSummary(
            finished=MOST,
            failed=MOST,
            killed=MOST,
            broken=tuple(run_of(alphabet, n) for n in range(100)),
            best=best,
            experiments={"9" * 18: experiment(alphabet)},
        ),
        alerts=tuple(
            OpenAlert(incident=incident(alphabet), acknowledged_by=long(alphabet, 80))
            for _ in range(100)
        ),
        late=(LatePlan(state=state(alphabet), owner=long(alphabet, 80), is_news=True),) * 100,
        sources=tuple(
            SourceNote(
                name=name,
                as_of=LONG_AGO,
                down_since=LONG_AGO,
                reason=long(alphabet, 900),
                behind=projects,
                warning=long(alphabet, 900),
            )
            for name in ("Jira", "MLflow")
        ),
    )


def messages(alphabet: str) -> list[Message]:
    """The card, its preview, the same later, and the word that there is nothing."""
    it = digest_of(alphabet)
    then = replace(it, past=True)
    shown = [card.digest(each, LINKS) for each in (it, then)]
    return [*shown, card.as_preview(shown[0], it), card.nothing(it)]


def modals(alphabet: str) -> list[Modal]:
    """The settings, and each page of the details."""
    settings = DigestSettings(
        workspace="T0TEAM00000",
        channel="C0000000000",
        owner=user(0),
        version=MOST,
        choice=_choice(alphabet),
    )
    it = digest_of(alphabet)
    place = (LINKS, settings.channel)
    return [
        settings_form.form(settings, shared=True, notice=long(alphabet, 900)),
        settings_form.saved(schedule_of(settings, NOW), settings.choice, checked=False),
        details.details(it, BESIDE, *place),
        *(details.page(it, each.key, 1, *place) for each in whole(it, LINKS)),
        details.stakeholders(it, BESIDE, card.digest(it, LINKS), settings.channel),
    ]


def _choice(alphabet: str) -> DigestChoice:
    return DigestChoice(
        zone="America/Argentina/ComodRivadavia",
        projects=tuple(f"K{'P' * 9}{n}" for n in range(20)),
        shared_ok=True,
        experiments=tuple(long(alphabet, 500) for _ in range(100)),
        weekly=Weekly(weekday=5),
    )
