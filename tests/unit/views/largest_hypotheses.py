"""The largest hypotheses and answers to what was tried, and what shows them."""

from dataclasses import replace
from typing import Any

from bot.domain.decisions.record import DecisionStatus
from bot.domain.experiments.found import Closeness, Looked
from bot.domain.experiments.hypotheses import (
    CLAIM_LIMIT,
    LEARNED_LIMIT,
    Asking,
    Baseline,
    Hypothesis,
    HypothesisState,
    Prediction,
    Verdict,
)
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.hypothesis_standing import judge
from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.tried_answer import Answer, Spoken, Trace
from bot.domain.experiments.tried_words import MOST_CHARACTERS
from bot.domain.experiments.tries import Reason, ReasonKind, Try
from bot.domain.metrics import Direction
from bot.domain.report import Report
from bot.domain.source import SourceHealth
from bot.ports.chat import Message, Modal
from bot.views.experiments import (
    hypothesis_card,
    hypothesis_form,
    hypothesis_lists,
    tried,
    verdict_form,
)
from tests.unit.decisions.samples import body, record
from tests.unit.views.largest import DAY, LINKS, LONG_AGO, MOST, NOW, long, person, user
from tests.unit.views.largest_outside import experiment, run_of

_STATES = (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)


def hypothesis(alphabet: str, **changes: Any) -> Hypothesis:
    """Every text as long as it may be."""
    wish = Prediction(metric=long(alphabet, 200), direction=Direction.LOWER, by=1.23456e-5)
    values: dict[str, Any] = {
        "workspace": "T1",
        "number": MOST,
        "channel": "C1",
        "author": user(0),
        "owner": user(1),
        "claim": long(alphabet, CLAIM_LIMIT),
        "experiment_id": "9" * 18,
        "experiment": long(alphabet, 500),
        "prediction": wish,
        "opened_at": LONG_AGO,
        "deadline": NOW,
        "baseline": Baseline(label=long(alphabet, 250), value=-1.23456e300),
        "tags": (long(alphabet, 40),) * 20,
    }
    return Hypothesis(**{**values, **changes})


def detail(alphabet: str, **changes: Any) -> HypothesisDetail:
    """One with sixty runs of strangers."""
    it = hypothesis(alphabet, **changes)
    runs = [replace(run_of(alphabet, n), status=_STATES[n % 3]) for n in range(60)]
    runs = [replace(each, metrics={it.prediction.metric: -1.23456e-300}) for each in runs]
    return HypothesisDetail(
        hypothesis=it,
        standing=judge(it, runs, it.baseline),
        runs=runs,
        people={user(n): person(n, alphabet) for n in range(2)},
        page=("C1", "1766394000.000100"),
        trained_by=(long(alphabet, 80),) * 60,
    )


def decided(alphabet: str) -> HypothesisDetail:
    """One with the longest verdict, against the numbers."""
    verdict = Verdict(
        by=user(0),
        at=NOW,
        learned=long(alphabet, LEARNED_LIMIT),
        reason=long(alphabet, 900),
        proposed=HypothesisState.SUPPORTED,
        runs=MOST,
        trained_by=(long(alphabet, 80),) * 60,
    )
    return detail(alphabet, state=HypothesisState.INCONCLUSIVE, verdict=verdict)


def asked(alphabet: str) -> HypothesisDetail:
    """One whose owner is asked."""
    return detail(alphabet, asking=Asking(person=user(1), at=NOW, why="its time is over"))


def messages(alphabet: str) -> list[Message]:
    """Everything that is shown of hypotheses, and of what was tried."""
    open_one, told, due = detail(alphabet), decided(alphabet), asked(alphabet)
    return [
        *(hypothesis_card.card(each, LINKS) for each in (open_one, told, due)),
        *(hypothesis_card.shown(each, LINKS) for each in (open_one, told)),
        hypothesis_card.thread(told, "verdict", user(0), NOW),
        hypothesis_card.thread(open_one, "more_time", user(0), NOW),
        *(hypothesis_card.ask(each, LINKS, again=True) for each in (due, told, open_one)),
        hypothesis_lists.listing([open_one, told] * 8, HypothesisState.OPEN, True, LINKS),
        tried.answer(answer(alphabet), LINKS),
        tried.answer(replace(answer(alphabet), traces=_words(alphabet), tries=0), LINKS),
    ]


def modals(alphabet: str) -> list[Modal]:
    """Every form."""
    experiments = [experiment(alphabet, n) for n in range(100)]
    empty = hypothesis_form.Sheet(
        channel="C0000000000",
        owner=user(0),
        experiments=experiments,
        claim=long(alphabet, 4000),
        drafted_at=NOW,
    )
    return [
        hypothesis_form.draw(empty),
        hypothesis_form.draw(replace(empty, edited=hypothesis(alphabet), edition=9)),
        verdict_form.verdict_modal(detail(alphabet), None, long(alphabet, LEARNED_LIMIT)),
        verdict_form.more_modal(hypothesis(alphabet)),
        tried.page_modal(replace(answer(alphabet), page=9), LINKS, "C0000000000"),
    ]


def answer(alphabet: str) -> Answer:
    """Five long tries of hundreds."""
    tries = [_try(alphabet, kind) for kind in (*ReasonKind, ReasonKind.VERDICT)]
    return Answer(
        typed=long(alphabet, MOST_CHARACTERS),
        now=NOW,
        traces=tries,
        total=400,
        tries=400,
        capped=True,
        first=tries[:2],
        untried=long(alphabet, 250),
        looked=Looked(runs=MOST, hypotheses=MOST, decisions=MOST, reports=MOST),
        source=SourceHealth(source="mlflow", read_at=LONG_AGO, failed_at=NOW, reason="x"),
    )


def _try(alphabet: str, kind: ReasonKind) -> Try:
    runs = tuple(run_of(alphabet, n) for n in range(60))
    return Try(
        runs=tuple(replace(each, tags={"dataset": long(alphabet, 250)}) for each in runs),
        closeness=Closeness.ALL,
        experiment=experiment(alphabet),
        who=long(alphabet, 80),
        matched=tuple((f"{n}{long(alphabet, 249)}", long(alphabet, 500)) for n in range(20)),
        varied=tuple(f"{n}{long(alphabet, 249)}" for n in range(20)),
        metric=long(alphabet, 250),
        direction=Direction.LOWER,
        best=runs[7],
        value=-1.23456e-300,
        champion=Baseline(label=long(alphabet, 60), value=1.23456e300),
        reason=Reason(
            kind=kind,
            text=long(alphabet, 4000),
            ref=f"H-{MOST}",
            word="dropped later",
            page=("C1", "1766394000.000100"),
        ),
    )


def _words(alphabet: str) -> list[Trace]:
    report = Report(
        workspace="T1",
        standup_id="s",
        local_date=DAY,
        user_id=user(0),
        answers=(),
        blocker="",
        submitted_at=NOW,
    )
    rejected = record(MOST, DecisionStatus.REJECTED, body=body(long(alphabet, 150)))
    return [
        decided(alphabet).hypothesis,
        replace(rejected, body=replace(rejected.body, outcome=long(alphabet, 3000))),
        *[Spoken(report=report, who=long(alphabet, 80), line=long(alphabet, 3000))] * 3,
    ]
