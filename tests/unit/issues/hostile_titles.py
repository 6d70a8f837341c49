"""Titles of issues that try to ping, to link or to break what shows them, through every view."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.blocker import Blocker, Notice
from bot.domain.decisions.evidence import Compared, Evidence, EvidenceKind
from bot.domain.digests.content import Digest
from bot.domain.digests.handover import Changed, ForYou, Handover
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.digests.windows import Span, Window
from bot.domain.issues.changes import IssueNews
from bot.domain.issues.detail import IssueDetail
from bot.domain.issues.records import Issue
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.prefill import issue_lines
from bot.domain.trace import Work, told
from bot.ports.chat import Message, Modal
from bot.views import blockers, trace
from bot.views.blocks import lines, message
from bot.views.decisions import evidence
from bot.views.digests import card as digests
from bot.views.digests import details
from bot.views.digests.handover import card as handovers
from bot.views.issues import card, summary
from bot.views.text import words
from tests.unit.decisions.samples import detail
from tests.unit.views.hostile import EVIL, HOSTILE, elements, is_hidden

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LINKS = Links(
    jira_url="https://jira.example", mlflow_url="https://ml.example", slack_url="https://s.example/"
)
OURS = ("https://jira.example/", "https://ml.example/", "https://s.example/")

TITLES = st.one_of(
    HOSTILE,
    st.sampled_from(
        [
            "<@U0EVIL00000> <!subteam^S0EVIL|all> <!here> <#C0EVIL>",
            "<http://evil.example|Jira> [x](http://evil.example) http://evil.example/",
            "👩" * 255,
            "שלום\u202e עולם " * 40,
            '{"type":"mrkdwn","text":"<!channel>"}',
            "a\x00b",
            "\ud800\udfff",
            "|".join(["<", ">", "&amp;", "&lt;!channel&gt;"]),
        ]
    ),
    st.builds("{} {}".format, st.text(max_size=60), st.just(EVIL)),
    st.text(st.characters(categories=["Cs", "Cf", "Cc", "Co", "So", "Mn"]), max_size=300),
)


def an_issue(title: str) -> Issue:
    """One whose every text is the title."""
    return Issue(
        issue_id="1", key="CHURN-41", project="CHURN", summary=title, status=title,
        status_category="indeterminate", assignee_id="acc", assignee_name=title, updated_at=NOW,
        created_at=NOW, issue_type=title, priority=title, labels=(title,), due_on=date(2026, 11, 1),
        blocked_by=("CHURN-2",), status_since=NOW - 9 * DAY,
    )  # fmt: skip


def told_of(title: str) -> IssueSummary:
    """It in every group."""
    line = IssueLine(
        issue=an_issue(title), group=IssueGroup.MOVED, before=title, waited=3 * DAY,
        waits_for=("CHURN-2",), was_due=date(2026, 11, 1), was_priority=title,
    )  # fmt: skip
    return IssueSummary(groups={each: (replace(line, group=each),) for each in IssueGroup})


def digest_of(title: str) -> Digest:
    """A digest that tells of nothing else."""
    span = Span(since=NOW - DAY, until=NOW)
    window = Window(whole=span, issues=span, runs=span)
    return Digest(day=NOW.date(), window=window, issues=told_of(title))


def handover_of(title: str) -> Handover:
    """A hand-over that tells of nothing else."""
    person = Person(workspace="T1", user_id="U1", name="Yuki")
    window = HandoverWindow.over(Span(since=NOW - DAY, until=NOW))
    return Handover(
        person=person, day=NOW.date(), now=NOW, window=window,
        for_you=ForYou(issues=told_of(title)),
        changed=Changed(issues=told_of(title)),
    )  # fmt: skip


def blocker_of(title: str) -> Blocker:
    """One that waits for it."""
    waits = Reference(kind=ReferenceKind.ISSUE, key="CHURN-41", anchor="CHURN-41")
    return Blocker(
        workspace="T1", number=4, standup_id="S1", channel="C1", user_id="U1", text="No data",
        opened_at=NOW - DAY, waits_for=waits, waits_state=title, moved_to=title,
    )  # fmt: skip


def evidence_of(title: str) -> Message:
    """A decision that names it, whose status is another one by now."""
    then = Evidence(kind=EvidenceKind.ISSUE, key="CHURN-41", label="CHURN-41", frozen_at=NOW,
                    state=title)  # fmt: skip
    shown = detail(evidence=[Compared(then=then, now=replace(then, state=f"{title}!"), as_of=NOW)])
    rows = evidence.card_lines(shown, LINKS, NOW)
    return message(rows[0], [lines(*rows), *evidence.short_blocks(shown, LINKS, 3000)])


def prefilled(title: str) -> Message:
    """The line that a report is prefilled with, where it is shown."""
    news = IssueNews(issues=(an_issue(title),), new_ids=frozenset({"1"}), changes=())
    [found] = issue_lines(news)
    return message(found.text, [lines([words(found.text)])])


def rows_of(found: IssueSummary) -> Message:
    """A row for each issue, whatever section it stands in."""
    return message(summary.headline(found), [lines(*(summary.row(i, LINKS) for i in found.lines))])


SCENE = blockers.Scene(people={}, links=LINKS, now=NOW)

VIEWS: Mapping[str, Callable[[str], Message | Modal]] = {
    "digest": lambda t: digests.digest(digest_of(t), LINKS),
    "digest preview": lambda t: digests.as_preview(
        digests.digest(digest_of(t), LINKS), digest_of(t)
    ),
    "digest details": lambda t: details.details(digest_of(t), details.Beside(), LINKS, "C1"),
    "issue summary": lambda t: rows_of(told_of(t)),
    "hand-over DM": lambda t: handovers.dm(handover_of(t), LINKS),
    "hand-over in full": lambda t: handovers.more(handover_of(t), LINKS),
    "issue card": lambda t: card.card(IssueDetail(issue=an_issue(t), as_of=NOW), LINKS),
    "line below a message": lambda t: card.line(an_issue(t), LINKS),
    "trace": lambda t: trace.card(told("CHURN-41", [Work(issue=an_issue(t))], 0), LINKS, "x"),
    "blocker card": lambda t: blockers.card(blocker_of(t), SCENE),
    "blocker proposal": lambda t: blockers.notice(Notice.PROPOSAL, blocker_of(t), "U1", t, SCENE),
    "decision evidence": evidence_of,
    "prefilled line": prefilled,
}


def faults(shown: Message | Modal) -> Iterator[str]:
    """`mention`, `link` or `hidden` for each that our own code didn't put there."""
    node = shown if isinstance(shown, dict) else [*shown.blocks]
    text = "" if isinstance(shown, dict) else shown.text
    if "<" in text:
        yield f"mention in {text!r}"
    for element in elements(node):
        kind, said = element.get("type"), element.get("text")
        if kind in ("broadcast", "usergroup", "user", "channel"):
            yield f"mention: {element}"
        if kind == "link" and not str(element["url"]).startswith(OURS):
            yield f"link: {element}"
        if kind == "mrkdwn" and any(mark in str(said) for mark in ("<@", "<!sub", "<http", "<!c")):
            yield f"link or mention: {said!r}"
        if isinstance(said, str) and any(is_hidden(char) for char in said):
            yield f"hidden character in {said!r}"
