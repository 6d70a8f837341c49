"""The largest that Jira gives: issues, forms with every field, and what people hear of them."""

from bot.domain.delivery import DeliveryKind
from bot.domain.experiments.records import BestRun
from bot.domain.issues.acts import IssueAct
from bot.domain.issues.detail import IssueDetail
from bot.domain.issues.drafts import FieldValue, NewIssue, Origin, Source
from bot.domain.issues.records import Issue
from bot.domain.issues.screens import CreateField, CreateScreen, FieldKind, Transition
from bot.ports.chat import Message, Modal
from bot.views.issues import act_forms, card, form, told
from bot.views.issues.form import Sheet
from tests.unit.views.largest import DAY, LINKS, LONG_AGO, MOST, NOW, decision, long, user
from tests.unit.views.largest_outside import experiment, run_of

KEY = f"{'K' * 10}-{MOST}"


def messages(alphabet: str) -> list[Message]:
    """Every message about an issue."""
    draft, order = _draft(alphabet), f"issue:message:T0TEAM00000:C0000000000:{MOST}.000000:9"
    reason = long(alphabet, 900)
    acts = [
        IssueAct(
            kind=kind,
            key=KEY,
            to=long(alphabet, 250),
            text=long(alphabet, 2800),
            name=long(alphabet, 80),
        )
        for kind in (
            DeliveryKind.TRANSITION_ISSUE,
            DeliveryKind.COMMENT_ISSUE,
            DeliveryKind.ASSIGN_ISSUE,
        )
    ]
    return [
        card.card(_detail(alphabet), LINKS),
        card.line(_issue(alphabet), LINKS),
        told.created(KEY, draft, long(alphabet, 80), LINKS, directly=True),
        told.created(KEY, draft, long(alphabet, 80), LINKS, directly=False),
        told.not_created(draft, order, reason),
        *(told.waits_for_issue(draft, for_admin=for_admin) for for_admin in (False, True)),
        *(told.acted(act, LINKS) for act in acts),
        *(told.waits(act, LINKS, for_admin=a) for act in acts for a in (False, True)),
        *(told.not_done(act, order, reason, LINKS) for act in acts),
    ]


def modals(alphabet: str) -> list[Modal]:
    """The form of a new issue with more fields than fit, and those of acts."""
    names = [f"{number}{long(alphabet, 250)}" for number in range(150)]
    steps = [
        Transition(transition_id=str(MOST - n), name=names[n], to=names[n], asks=tuple(names[:a]))
        for n in range(60)
        for a in (0, 3)
    ]
    sheet = Sheet(
        origin=Origin(
            source=Source.ALERT, ref=f"T0TEAM00000:A-{MOST}:{MOST}", channel="C0000000000"
        ),
        draft=_draft(alphabet),
        projects=[f"{'K' * 8}{n}" for n in range(100)],
        types=names[:100],
        screen=CreateScreen(project_id="1", type_id="2", fields=(*_fields(alphabet, 60), _LABELS)),
        page="https://jira.example.com/" + "p" * 1500,
        problem=long(alphabet, 900),
        also=frozenset(f"customfield_{n}" for n in range(60)),
        slow=True,
    )
    return [
        form.form(sheet),
        form.form(Sheet(origin=sheet.origin, draft=sheet.draft)),
        act_forms.asking(KEY),
        act_forms.no_answer(KEY, long(alphabet, 900)),
        act_forms.move(KEY, long(alphabet, 250), steps, LINKS),
        act_forms.move(KEY, long(alphabet, 250), [], LINKS),
        act_forms.comment(KEY, long(alphabet, 2800)),
        act_forms.assign(KEY),
    ]


_LABELS = CreateField(field_id="labels", name="Labels", kind=FieldKind.LABELS, required=False)


def _fields(alphabet: str, count: int) -> list[CreateField]:
    kinds = [FieldKind.CHOICE, *FieldKind]
    options = tuple((str(MOST - n), long(alphabet, 250)) for n in range(100))
    return [
        CreateField(
            field_id=f"customfield_{n}",
            name=long(alphabet, 250),
            kind=kinds[n % len(kinds)],
            options=options if kinds[n % len(kinds)] is FieldKind.CHOICE else (),
        )
        for n in range(count)
    ]


def _draft(alphabet: str) -> NewIssue:
    chosen = FieldValue(field_id="assignee", kind=FieldKind.PERSON, value="a", person=user(1))
    return NewIssue(
        project="K" * 10,
        issue_type=long(alphabet, 60),
        summary=long(alphabet, 255),
        description=long(alphabet, 3000),
        fields=(chosen,),
    )


def _issue(alphabet: str) -> Issue:
    return Issue(
        issue_id="1",
        key=KEY,
        project="K" * 10,
        summary=long(alphabet, 255),
        status=long(alphabet, 250),
        status_category="new",
        assignee_id="a",
        assignee_name=long(alphabet, 250),
        updated_at=LONG_AGO,
        created_at=LONG_AGO,
        priority=long(alphabet, 250),
        due_on=DAY,
        blocked_by=tuple(f"{'K' * 10}-{MOST - n}" for n in range(50)),
    )


def _detail(alphabet: str) -> IssueDetail:
    best = BestRun(
        experiment=experiment(alphabet, 1),
        run=run_of(alphabet, 1),
        metric=long(alphabet, 250),
        value=-1.23456e-300,
        higher_is_better=True,
        previous=None,
    )
    return IssueDetail(
        issue=_issue(alphabet),
        best=best,
        runs=MOST,
        decisions=[decision(alphabet, MOST - n) for n in range(20)],
        as_of=NOW,
    )
