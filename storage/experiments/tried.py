"""Looking for what was tried, with the same answers on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from bot.domain.decisions.sight import Sight
from bot.domain.experiments import run_texts
from bot.domain.experiments.found import Closeness, Looked, RunHit
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.records import Run
from bot.domain.experiments.tried_words import Sought, last_name, same_value
from bot.domain.report import Report
from storage.base import Base
from storage.decisions.rows import DecisionRow
from storage.experiments.hypotheses import HypothesisRow
from storage.experiments.rows import RunRow
from storage.experiments.tried_text import (
    HYPOTHESIS,
    REPORT,
    RUN,
    TriedTextRow,
    pair_term,
    report_ref,
    words_of,
)
from storage.full_text import Choice, facet, fold, fts5, tsquery, wanted
from storage.standups import ReportRow, StandupRow

_FTS = table("tried_fts", column("rowid"))
_WHOLE: ColumnElement[str] = literal_column("tried_fts")

R = TypeVar("R", bound=Base)


class SqlTried:
    """Implements `bot.ports.hypotheses.Tried`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def runs(self, workspace: str, sought: Sought, limit: int) -> list[RunHit]:
        """Runs that hold all of it, the best first, then the latest mirrored."""
        found = self._refs(workspace, RUN, sought, None, limit)
        rows = self._session.scalars(
            select(RunRow).where(
                RunRow.workspace == workspace,
                RunRow.run_id.in_(list(found)),
                RunRow.deleted_at.is_(None),
            )
        )
        runs = {row.run_id: row.to_value() for row in rows}
        hits = [_hit(runs[ref], sought, begun) for ref, begun in found.items() if ref in runs]
        return sorted(hits, key=lambda hit: hit.closeness)

    def hypotheses(
        self, workspace: str, sight: Sight, sought: Sought, limit: int
    ) -> list[Hypothesis]:
        """Hypotheses in sight that hold all of it."""
        channels = TriedTextRow.place.in_(sorted(sight.channels))
        found = self._refs(workspace, HYPOTHESIS, sought, self._seen(sight, channels), limit)
        numbers = [int(ref) for ref in found]
        rows = self._session.scalars(
            select(HypothesisRow).where(
                HypothesisRow.workspace == workspace, HypothesisRow.number.in_(numbers)
            )
        )
        known = {row.number: row.to_value() for row in rows}
        return [known[number] for number in numbers]

    def reports(self, workspace: str, sight: Sight, sought: Sought, limit: int) -> list[Report]:
        """Reports of stand-ups whose channel is in sight, and one's own."""
        standups = select(StandupRow.id).where(
            StandupRow.workspace == workspace, StandupRow.channel.in_(sorted(sight.channels))
        )
        seen = self._seen(sight, TriedTextRow.place.in_(standups))
        found = self._refs(workspace, REPORT, sought, seen, limit)
        keys = [ref.split(" ", 2) for ref in found]
        rows = self._session.scalars(
            select(ReportRow).where(
                ReportRow.workspace == workspace,
                ReportRow.standup_id.in_({key[2] for key in keys}),
                ReportRow.user_id.in_({key[1] for key in keys}),
            )
        )
        known = {_ref(row): row.to_value() for row in rows if _ref(row) in found}
        return [known[ref] for ref in found if ref in known]

    def looked(self, workspace: str, sight: Sight) -> Looked:
        """How much there is to look through for who sees this."""
        channels = sorted(sight.channels)
        standups = select(StandupRow.id).where(
            StandupRow.workspace == workspace, StandupRow.channel.in_(channels)
        )
        own = ReportRow.user_id == sight.user_id
        return Looked(
            # The index alone answers it: rows of runs are wide.
            runs=self._count(
                TriedTextRow, TriedTextRow.workspace == workspace, TriedTextRow.kind == RUN
            ),
            hypotheses=self._count(
                HypothesisRow,
                HypothesisRow.workspace == workspace,
                HypothesisRow.channel.in_(channels),
            ),
            decisions=self._count(
                DecisionRow, DecisionRow.workspace == workspace, DecisionRow.channel.in_(channels)
            ),
            reports=self._count(
                ReportRow,
                ReportRow.workspace == workspace,
                or_(ReportRow.standup_id.in_(standups), own),
            ),
        )

    def _count(self, kind: type[Base], *conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(kind).where(*conditions)
        return self._session.scalar(counted) or 0

    def _refs(
        self,
        workspace: str,
        kind: str,
        sought: Sought,
        seen: ColumnElement[bool] | None,
        limit: int,
    ) -> dict[str, bool]:
        """The newest that hold the words as they are, then those that only begin alike (True)."""
        exact, begun = _choices(sought)
        found: dict[str, bool] = {}
        for choices, only_begun in ((exact, False), (begun, True)):
            if only_begun and (begun == exact or len(found) >= limit):
                break
            asked = self._matching(workspace, kind, choices)
            if seen is not None:
                asked = asked.where(seen)
            for ref in self._newest(asked, limit):
                found.setdefault(ref, only_begun)
        return dict(list(found.items())[:limit])

    def _matching(self, workspace: str, kind: str, choices: Sequence[Choice]) -> Select[str]:
        asked = select(TriedTextRow.ref).where(
            TriedTextRow.workspace == workspace, TriedTextRow.kind == kind
        )
        if self._is_postgresql:
            return asked.where(_holds(choices))
        joined = asked.join_from(_FTS, TriedTextRow, TriedTextRow.id == _FTS.c.rowid)
        return joined.where(_match(workspace, kind, choices))

    def _newest(self, asked: Select[str], limit: int) -> Sequence[str]:
        if not self._is_postgresql:
            # In the order of its own rows FTS5 reads no further than it must.
            return self._session.scalars(asked.order_by(_FTS.c.rowid.desc()).limit(limit)).all()
        # Left to itself PostgreSQL may read all rows backwards to spare the sorting.
        every = asked.add_columns(TriedTextRow.id).cte("every").prefix_with("MATERIALIZED")
        newest = select(every.c.ref).order_by(every.c.id.desc()).limit(limit)
        return self._session.scalars(newest).all()

    def _seen(self, sight: Sight, here: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether a text is in sight: by its place, or because it names the reader."""
        if not sight.user_id:
            return here
        own: list[Choice] = [((facet("by", sight.user_id), False),)]
        if self._is_postgresql:
            return here | _holds(own)
        mine = select(_FTS.c.rowid).where(_WHOLE.bool_op("MATCH")(fts5(own))).correlate(None)
        return here | TriedTextRow.id.in_(mine)

    @property
    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"


def _choices(sought: Sought) -> tuple[list[Choice], list[Choice]]:
    need = wanted(sought.words)
    pairs: list[Choice] = [((pair_term(*pair), False),) for pair in sought.pairs]
    return [*need.exact, *pairs], [*need.begun, *pairs]


def _holds(choices: Sequence[Choice]) -> ColumnElement[bool]:
    return TriedTextRow.terms.bool_op("@@")(cast(tsquery(choices), TSQUERY))


def _match(workspace: str, kind: str, choices: Sequence[Choice]) -> ColumnElement[bool]:
    """FTS5 knows the workspace and the kind as terms too, so that others cost nothing."""
    here: list[Choice] = [((facet("in", workspace), False),), ((facet("kind", kind), False),)]
    return _WHOLE.bool_op("MATCH")(fts5([*here, *choices]))


def _ref(row: ReportRow) -> str:
    return report_ref(row.standup_id, row.local_date.isoformat(), row.user_id)


def _hit(run: Run, sought: Sought, begun: bool) -> RunHit:
    need = wanted(sought.words)
    choices = need.begun if begun else need.exact
    matched = tuple(pair for pair in run_texts.pairs(run) if _is_meant(pair, sought, choices))
    if begun:
        closeness = Closeness.BEGUN
    elif not sought.words or any(_held(choices, text) for text in run_texts.fields(run)):
        closeness = Closeness.TOGETHER
    else:
        closeness = Closeness.ALL
    return RunHit(run=run, closeness=closeness, matched=matched)


def _held(choices: Iterable[Choice], text: str) -> bool:
    held = words_of(text)
    return all(_any_of(choice, held) for choice in choices)


def _any_of(choice: Choice, held: set[str]) -> bool:
    return any(
        term in held or (more and any(one.startswith(term) for one in held))
        for term, more in choice
    )


def _is_meant(pair: tuple[str, str], sought: Sought, choices: Sequence[Choice]) -> bool:
    """Whether a param or tag is one of those that were asked for."""
    key, value = fold(pair[0]), same_value(fold(pair[1]))
    if any(name in (key, last_name(key)) and value == want for name, want in sought.pairs):
        return True
    held = words_of(f"{pair[0]} {pair[1]}")
    return any(_any_of(choice, held) for choice in choices)
