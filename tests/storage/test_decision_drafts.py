"""Where drafts of decisions are kept, and which are offered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.services.decisions import drafts
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINE = ("T1", "UANA")


def values(title: str) -> dict[str, Any]:
    """A form in which only the title was filled in."""
    return {"title": {"title": {"type": "plain_text_input", "value": title}}}


@pytest.fixture
def do(engines: Engines) -> Callable[..., Any]:
    """Run a service in a transaction of its own."""

    def run(work: Callable[..., Any], *args: Any) -> Any:
        with Session(engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session), *args)

    return run


def test_typing_that_is_heard_of_late_brings_no_sent_draft_back(do: Callable[..., Any]) -> None:
    place = drafts.new_places("C1")[0]
    do(drafts.keep, *MINE, place, values("One"), NOW)
    do(drafts.drop, *MINE, place, NOW + timedelta(seconds=2))
    do(drafts.keep, *MINE, place, values("One"), NOW + timedelta(seconds=4))
    assert do(drafts.at, *MINE, place) is None
    do(drafts.keep, *MINE, place, values("Two"), NOW + timedelta(seconds=9))
    assert do(drafts.at, *MINE, place).values == values("Two")


def test_nothing_typed_is_no_draft_and_takes_no_place(do: Callable[..., Any]) -> None:
    place = drafts.new_places("C1")[0]
    do(drafts.keep, *MINE, place, {}, NOW)
    assert do(drafts.at, *MINE, place) is None
    assert do(drafts.desk, *MINE, "C1", "").place == place


def test_the_desk_has_the_latest_draft_and_the_others_beside_it(do: Callable[..., Any]) -> None:
    for minute, place in enumerate(drafts.new_places("C1")):
        do(drafts.keep, *MINE, place, values(f"No {minute}"), NOW + timedelta(minutes=minute))
    desk = do(drafts.desk, *MINE, "C1", "")
    assert desk.draft.values == values("No 2")
    assert [each.values for each in desk.others] == [values("No 1"), values("No 0")]
    named = do(drafts.desk, *MINE, "C1", "NO 1")
    assert named.draft.values == values("No 1")
    full = do(drafts.desk, *MINE, "C1", "Another")
    assert (full.draft, full.place) == (None, drafts.new_places("C1")[0])
    assert [each.values for each in full.others] == [values("No 2"), values("No 1")]


def test_a_draft_whose_decision_is_gone_is_kept_as_a_new_one(do: Callable[..., Any]) -> None:
    place = drafts.supersede_place(7)
    do(drafts.keep, *MINE, place, values("Before"), NOW)
    do(drafts.keep_refused, *MINE, place, "C1", values("One"), NOW)
    assert do(drafts.at, *MINE, place) is None
    assert do(drafts.desk, *MINE, "C1", "").draft.values == values("One")
