"""Finding decisions by words and by what else is known of them."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Found, Happening, Query, snippet
from bot.domain.decisions.sight import Sight
from storage.decisions.rows import DecisionChangeRow, DecisionRow
from storage.decisions.text import TITLE, DecisionTextRow
from storage.full_text import Choice, facet, finder, fts5, tsquery, wanted

# How many of the latest rows are looked through before all are asked for.
_NEAR = 500
_FEW = 200
_TOLD = (ChangeKind.MOVED, ChangeKind.PROMOTED, ChangeKind.REVIEWED)
_FTS = table("decision_fts", column("rowid"))
# Without `detail` FTS5 looks into all columns only, which there is one of.
_WHOLE: ColumnElement[str] = literal_column("decision_fts")


def search(
    session: Session, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
) -> list[Found]:
    """Those that hold all words: in their titles first, then in any part; after these, those with
    words that only begin like them; the latest logged first among equals."""
    seen = _seen(session, workspace, sight)
    numbers = _numbers(session, workspace, seen, query, offset + limit)[offset:]
    records = _records(session, workspace, numbers)
    find = finder(query.words)
    return [Found(record=each, snippet=snippet(each.body, find)) for each in records]


def naming(session: Session, workspace: str, kind: EvidenceKind, key: str) -> list[DecisionRecord]:
    """Those that have this as evidence, by number."""
    found = _having(session, workspace, facet(kind, key))
    # Facets don't tell letters' cases apart.
    return [r for r in found if (kind, key) in {(e.kind, e.typed_key) for e in r.body.evidence}]


def naming_issue(session: Session, workspace: str, key: str) -> list[DecisionRecord]:
    """Those that name an issue of Jira, by number."""
    return _having(session, workspace, facet("issue", key))


def _having(session: Session, workspace: str, term: str) -> list[DecisionRecord]:
    choices: list[Choice] = [((term, False),)]
    if session.get_bind().dialect.name == "postgresql":
        numbers = session.scalars(_matching(session, workspace, choices))
        return _records(session, workspace, sorted(numbers))
    # Told the workspace too, SQLite goes through all of its decisions.
    ids = session.scalars(_rows_matching(workspace, choices)).all()
    rows = session.scalars(select(DecisionTextRow).where(DecisionTextRow.id.in_(ids)))
    return _records(session, workspace, sorted(r.number for r in rows if r.workspace == workspace))


def happenings(
    session: Session, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
) -> list[Happening]:
    """What happened to those decisions between the query's dates, the latest first."""
    told = (
        select(DecisionChangeRow, DecisionRow)
        .join(
            DecisionRow,
            (DecisionRow.workspace == DecisionChangeRow.workspace)
            & (DecisionRow.number == DecisionChangeRow.number),
        )
        .join(
            DecisionTextRow,
            (DecisionTextRow.workspace == DecisionChangeRow.workspace)
            & (DecisionTextRow.number == DecisionChangeRow.number),
        )
        .where(DecisionChangeRow.workspace == workspace, _is_told())
        .where(_seen(session, workspace, sight))
        .where(*_between(DecisionChangeRow.at, query))
        .order_by(DecisionChangeRow.at.desc(), DecisionChangeRow.id.desc())
        .limit(limit)
        .offset(offset)
    )
    need = wanted(query.words)
    if choices := [*need.begun, *_facets(query)]:
        found = _all_matching(session, workspace, choices)
        # A database that doesn't know how few they are reads through all that ever happened.
        few = session.scalars(found.limit(_FEW + 1)).all()
        told = told.where(DecisionChangeRow.number.in_(few if len(few) <= _FEW else found))
    return [
        Happening(record=decision.to_value(), change=change.to_value())
        for change, decision in session.execute(told)
    ]


def _is_told() -> ColumnElement[bool]:
    """A proposal that is only logged is no news in a timeline until something comes of it."""
    accepted_at_once = (DecisionChangeRow.kind == ChangeKind.LOGGED.value) & (
        DecisionChangeRow.status != DecisionStatus.PROPOSED.value
    )
    return DecisionChangeRow.kind.in_([kind.value for kind in _TOLD]) | accepted_at_once


def _numbers(
    session: Session, workspace: str, seen: ColumnElement[bool], query: Query, most: int
) -> list[int]:
    found: dict[int, None] = {}
    for choices in _ranks(query):
        if len(found) >= most:
            break
        # At most those that were found before come again, so this many are enough.
        enough = most + len(found)
        found.update(dict.fromkeys(_latest(session, workspace, seen, choices, query, enough)))
    return list(found)[:most]


def _latest(
    session: Session,
    workspace: str,
    seen: ColumnElement[bool],
    choices: Sequence[Choice],
    query: Query,
    most: int,
) -> Sequence[int]:
    """The numbers of the latest of those that are seen and hold a term of each choice."""
    asked = _matching(session, workspace, choices).where(seen)
    asked = asked.where(*_between(DecisionTextRow.logged_at, query))
    newest_first = asked.order_by(DecisionTextRow.id.desc()).limit(most)
    if not choices:
        return session.scalars(newest_first).all()
    if session.get_bind().dialect.name == "postgresql":
        return _latest_on_postgresql(session, workspace, asked, newest_first, most)
    # In the order of its own rows FTS5 reads no further than it must.
    return session.scalars(asked.order_by(_FTS.c.rowid.desc()).limit(most)).all()


def _latest_on_postgresql(
    session: Session, workspace: str, asked: Select[int], newest_first: Select[int], most: int
) -> Sequence[int]:
    """PostgreSQL can't tell how many hold a word that it hasn't counted.

    Reading backwards until enough are found suits common words, and GIN, which finds all before
    any is sorted out, suits rare ones. Few rows tell which it is.
    """
    newest = select(func.max(DecisionTextRow.id)).where(DecisionTextRow.workspace == workspace)
    near = newest_first.where(DecisionTextRow.id > newest.scalar_subquery() - _NEAR)
    found = session.scalars(near).all()
    if len(found) >= most:
        return found
    every = asked.add_columns(DecisionTextRow.id).cte("every")
    every = every.prefix_with("MATERIALIZED")
    return session.scalars(select(every.c.number).order_by(every.c.id.desc()).limit(most)).all()


def _ranks(query: Query) -> list[list[Choice]]:
    """What to ask for first, second, …; one that asks the same as another is left out."""
    need, facets = wanted(query.words), _facets(query)
    ranks = [
        [*words, *facets]
        for words in (_titled(need.exact), need.exact, _titled(need.begun), need.begun)
    ]
    return [rank for n, rank in enumerate(ranks) if rank not in ranks[:n]]


def _titled(choices: Sequence[Choice]) -> list[Choice]:
    return [tuple((f"{TITLE}/{term}", more) for term, more in choice) for choice in choices]


def _facets(query: Query) -> list[Choice]:
    found = [facet("is", query.status)] if query.status else []
    found += [facet("tag", tag) for tag in query.tags]
    found += [facet("by", user_id) for user_id in query.people]
    return [((term, False),) for term in found]


def _matching(session: Session, workspace: str, choices: Sequence[Choice]) -> Select[int]:
    """The numbers of those that hold a term of each choice."""
    asked = select(DecisionTextRow.number).where(DecisionTextRow.workspace == workspace)
    if not choices:
        return asked
    if session.get_bind().dialect.name == "postgresql":
        return asked.where(_holds(choices))
    joined = asked.join_from(_FTS, DecisionTextRow, DecisionTextRow.id == _FTS.c.rowid)
    return joined.where(_match(workspace, choices))


def _holds(choices: Sequence[Choice]) -> ColumnElement[bool]:
    """Whether a text row holds a term of each choice, as PostgreSQL says it."""
    return DecisionTextRow.terms.bool_op("@@")(cast(tsquery(choices), TSQUERY))


def _rows_matching(workspace: str, choices: Sequence[Choice]) -> Select[int]:
    """The ids of the text rows that hold a term of each choice, as FTS5 says it."""
    return select(_FTS.c.rowid).where(_match(workspace, choices)).correlate(None)


def _match(workspace: str, choices: Sequence[Choice]) -> ColumnElement[bool]:
    """FTS5 knows the workspace as a term too, so that others' decisions cost nothing."""
    here: Choice = ((facet("in", workspace), False),)
    return _WHOLE.bool_op("MATCH")(fts5([here, *choices]))


def _all_matching(session: Session, workspace: str, choices: Sequence[Choice]) -> Select[int]:
    """The same for a condition: as a join SQLite would ask FTS5 about one row after another."""
    if session.get_bind().dialect.name == "postgresql":
        return _matching(session, workspace, choices).correlate(None)
    numbers = select(DecisionTextRow.number).where(
        DecisionTextRow.workspace == workspace,
        DecisionTextRow.id.in_(_rows_matching(workspace, choices)),
    )
    return numbers.correlate(None)


def _seen(session: Session, workspace: str, sight: Sight) -> ColumnElement[bool]:
    """Whether a decision's text row is in sight.

    SQLite looks those up that name the reader, once, when a row comes by whose channel isn't seen;
    PostgreSQL looks into the row: what it must look up first, it believes to pay for every row.
    """
    here = _one_of(session, DecisionTextRow.channel, sorted(sight.channels))
    if not sight.user_id:
        return here
    choices: list[Choice] = [((facet("by", sight.user_id), False),)]
    if session.get_bind().dialect.name == "postgresql":
        return here | _holds(choices)
    return here | DecisionTextRow.id.in_(_rows_matching(workspace, choices))


def _one_of(
    session: Session, column: InstrumentedAttribute[str], values: Sequence[str]
) -> ColumnElement[bool]:
    """A condition with one parameter: hundreds cost more than the query that they narrow."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(values, ARRAY(String)))
    each = func.json_each(json.dumps(values)).table_valued("value")
    return column.in_(select(each.c.value))


def _between(column: InstrumentedAttribute[datetime], query: Query) -> list[ColumnElement[bool]]:
    found = []
    if query.begins_at:
        found.append(column >= query.begins_at)
    if query.ends_before:
        found.append(column < query.ends_before)
    return found


def _records(session: Session, workspace: str, numbers: Sequence[int]) -> list[DecisionRecord]:
    rows = session.scalars(
        select(DecisionRow).where(
            DecisionRow.workspace == workspace, DecisionRow.number.in_(numbers)
        )
    )
    known = {row.number: row.to_value() for row in rows}
    return [known[number] for number in numbers]
