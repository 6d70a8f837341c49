"""What decisions are found by: the terms of each, in the form that its database searches."""

from datetime import datetime

from sqlalchemy import Connection, Index, Table, UniqueConstraint, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.issue_names import named_issues
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.search import texts
from storage.base import Base, SearchTerms
from storage.full_text import facet, terms

TITLE = "title"
_TRACED = (EvidenceKind.RUN, EvidenceKind.VERSION)

_KEEP_FTS = """
CREATE TRIGGER decision_text_{name} AFTER {event} ON decision_text BEGIN
  {work}
END
"""
_FORGET = (
    "INSERT INTO decision_fts (decision_fts, rowid, terms) VALUES ('delete', old.id, old.terms);"
)
_LEARN = "INSERT INTO decision_fts (rowid, terms) VALUES (new.id, new.terms);"

# Alembic writes none of these by itself: the tables don't tell it, and they differ by database.
# https://sqlite.org/fts5.html#external_content_tables
CREATED: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE decision_fts USING fts5(terms, content='decision_text', "
        "content_rowid='id', detail=none, columnsize=0, prefix='3 4 5', "
        "tokenize=\"ascii tokenchars '/_'\")",
        _KEEP_FTS.format(name="added", event="INSERT", work=_LEARN),
        _KEEP_FTS.format(name="removed", event="DELETE", work=_FORGET),
        _KEEP_FTS.format(name="changed", event="UPDATE", work=f"{_FORGET} {_LEARN}"),
    ),
    # A decision is written now and then and looked for often: the index is kept in order at once.
    "postgresql": (
        "CREATE INDEX ix_decision_text_terms ON decision_text "
        "USING gin (terms) WITH (fastupdate = off)",
    ),
}
DROPPED: dict[str, tuple[str, ...]] = {"sqlite": ("DROP TABLE decision_fts",), "postgresql": ()}
"""What must go before the table does."""

UNDECLARED = ("decision_fts", "ix_decision_text_terms")
"""How the names begin of what a database has beyond the declared tables."""


class DecisionTextRow(Base):
    """The terms of one decision, as words that stand apart; a new `id` is higher than those before.

    The database's own index keeps them: FTS5 on SQLite, GIN on PostgreSQL.
    """

    __tablename__ = "decision_text"
    __table_args__ = (
        UniqueConstraint("workspace", "number"),
        UniqueConstraint("workspace", "id"),
        Index(None, "workspace", "logged_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    number: Mapped[int]
    channel: Mapped[str]
    logged_at: Mapped[datetime]
    terms: Mapped[str] = mapped_column(SearchTerms)


def _create(_table: Table, connection: Connection, **_: object) -> None:
    for statement in CREATED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _drop(_table: Table, connection: Connection, **_: object) -> None:
    for statement in DROPPED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(DecisionTextRow.__table__, "after_create", _create)
event.listen(DecisionTextRow.__table__, "before_drop", _drop)


def keep_text(session: Session, record: DecisionRecord) -> None:
    """Let a decision be found by what it says now."""
    query = select(DecisionTextRow).where(
        DecisionTextRow.workspace == record.workspace, DecisionTextRow.number == record.number
    )
    row = session.scalar(query)
    if row is None:
        row = DecisionTextRow(
            workspace=record.workspace,
            number=record.number,
            channel=record.channel,
            logged_at=record.created_at,
        )
        session.add(row)
    row.terms = terms_of(record)
    session.flush()


def terms_of(record: DecisionRecord) -> str:
    """Everything that a decision is found by, as its row has it."""
    body = record.body
    title = terms(body.title)
    found = title | {f"{TITLE}/{term}" for term in title}
    pieces = (piece.label for piece in body.evidence)
    for text in (record.ref, *texts(body), *body.tags, *pieces):
        found |= terms(text)
    found |= {facet("tag", tag) for tag in body.tags}
    found |= {facet("by", user_id) for user_id in record.named}
    found |= {facet("issue", key) for key in named_issues(body)}
    found |= {facet(e.kind, e.typed_key) for e in body.evidence if e.kind in _TRACED}
    found |= {facet("in", record.workspace), facet("is", record.status)}
    return " ".join(sorted(found))
