"""Drafts: one per person and place, the newest wins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.draft import Draft
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 10, 26, 8, tzinfo=UTC)
DRAFT = Draft(
    workspace="T1",
    user_id="U1",
    place="report:s:2026-10-26",
    values={"answer_0": {"answer_0": {"type": "plain_text_input", "value": "Ünïcode ✓"}}},
    saved_at=NOW,
)


def test_a_draft_is_kept_replaced_by_a_newer_one_and_dropped(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        drafts = SqlUnitOfWork(session).drafts
        drafts.save(DRAFT)
        assert drafts.get("T1", "U1", DRAFT.place) == DRAFT
        newer = replace(DRAFT, values={}, saved_at=NOW + timedelta(seconds=1))
        drafts.save(newer)
        drafts.save(DRAFT)  # it was under way for longer
        assert drafts.get("T1", "U1", DRAFT.place) == newer
        assert drafts.get("T1", "U2", DRAFT.place) is None
        assert drafts.get("T2", "U1", DRAFT.place) is None
        drafts.drop("T1", "U1", DRAFT.place)
        assert drafts.get("T1", "U1", DRAFT.place) is None


def test_old_drafts_are_forgotten(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        drafts = SqlUnitOfWork(session).drafts
        drafts.save(DRAFT)
        drafts.save(replace(DRAFT, place="other", saved_at=NOW + timedelta(days=1)))
        assert drafts.forget(NOW + timedelta(hours=1)) == 1
        assert drafts.get("T1", "U1", DRAFT.place) is None
        assert drafts.get("T1", "U1", "other") is not None
