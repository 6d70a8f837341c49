"""Finding decisions gives the same answers on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.options import parse
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.search import Found, Happening, Query, search_words
from bot.domain.decisions.sight import Sight, Viewer
from bot.domain.person import Person
from bot.errors import NotFound
from bot.services.decisions.search import Asked, listed
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.decisions.samples import NOW, body, record

T = TypeVar("T")
S = DecisionStatus
K = ChangeKind
DAY = timedelta(days=1)
SIGHT = Sight(channels=frozenset({"C1"}))


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def _log(
    engines: Engines,
    title: str = "Use LightGBM",
    workspace: str = "T1",
    status: DecisionStatus = S.ACCEPTED,
    at: Any = NOW,
    **parts: Any,
) -> DecisionRecord:
    def add(uow: SqlUnitOfWork) -> DecisionRecord:
        values = {"created_at": at, "workspace": workspace}
        number = uow.numbers.next(workspace, "decision")
        logged = record(number, status, body=body(title, **parts), **values)
        uow.decisions.add(logged)
        return logged

    return _in(engines, add)


def _hits(engines: Engines, typed: str = "", limit: int = 10, **query: Any) -> list[Found]:
    asked = Query(words=search_words(typed), **query)
    offset = query.pop("offset", 0)
    return _in(engines, lambda uow: uow.decisions.search("T1", SIGHT, asked, limit, offset))


def _found(engines: Engines, typed: str = "", limit: int = 10, **query: Any) -> list[int]:
    return [hit.record.number for hit in _hits(engines, typed, limit, **query)]


def test_all_words_are_found_in_every_part_without_case(engines: Engines) -> None:
    _log(engines, "Use LightGBM", context="CHURN rose", tags=("Größe",))
    _log(engines, "Drop XGBoost", drivers="churn", options=parse("a"), consequences="b latency")
    _log(engines, "Other", workspace="T2", context="churn")
    assert _found(engines, "churn") == [2, 1]
    assert _found(engines, "CHURN lightgbm") == [1]
    assert _found(engines, "GRÖSSE") == [1]
    assert _found(engines, "latency drop wins") == [2]
    assert _found(engines, "churn kafka") == []


def test_numbers_and_evidence_are_found(engines: Engines) -> None:
    issue = Evidence(kind=EvidenceKind.ISSUE, key="CHURN-41", label="CHURN-41", frozen_at=NOW)
    _log(engines, "First", evidence=(issue,))
    _log(engines, "Second")
    assert _found(engines, "CHURN-41") == [1]
    assert _found(engines, "D-2")[0] == 2


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("We calibrated the thresholds", "calibrating threshold"),
        ("Calibration of one threshold", "calibrate thresholds"),
        ("thresholds", "thresh"),
        ("calibration", "calibrati"),
        ("Keep val_auc above 0.9", "val_auc"),
        ("Keep val_auc above 0.9", "auc"),
        ("data churn-v7", "churn v7"),
        ("data churn v7", "churn-v7"),
        ("推論の閾値を下げる", "閾値"),
        ("推論の閾値を下げる", "値"),
        ("ガンマを使う", "ｶﾞﾝﾏ"),
        ("모델을 배포했다", "모델"),
        ("Die größere Straße", "strasse"),
        ("un modèle naïf", "modele NAIF"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("हिन्दी में मॉडल", "मॉडल"),
        ("порог увеличен", "ПОРОГ"),
        ("don't round it", "don’t"),
    ],
)
def test_forms_and_beginnings_of_words_are_found(
    engines: Engines, written: str, typed: str
) -> None:
    _log(engines, "Other")
    _log(engines, "Title", context=written)
    [hit] = _hits(engines, typed)
    assert hit.record.number == 2
    assert written[:8] in hit.snippet


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("1400 runs", "14"),
        ("churn", "c"),
        ("値閾", "閾値"),
        ("monitoring", "auc"),
        ("ガンマ", "カンマ"),
        ("title in accepted churn", "title/churn"),
    ],
)
def test_what_only_looks_alike_is_not(engines: Engines, written: str, typed: str) -> None:
    _log(engines, "Nothing" if typed != "title/churn" else "Other", context=written)
    assert (_found(engines, typed) == [1]) is (typed == "title/churn")


def test_titles_come_first_then_other_parts_then_longer_words(engines: Engines) -> None:
    _log(engines, "Churn threshold")
    _log(engines, "Churner thresholding")
    _log(engines, "Churn model", context="threshold")
    _log(engines, "Model", context="churn threshold")
    _log(engines, "Thresholds of churn")
    _log(engines, "Churner model", context="threshold")
    assert _found(engines, "churn threshold") == [5, 1, 4, 3, 2, 6]
    assert _found(engines, "churn threshold", limit=2) == [5, 1]


def test_pages_follow_one_another(engines: Engines) -> None:
    for number in range(1, 8):
        _log(engines, "Churn" if number % 3 else "Other", context="churner churn")
    whole = _found(engines, "churn")

    def page(offset: int) -> list[int]:
        query = Query(words=("churn",))
        hits = _in(engines, lambda uow: uow.decisions.search("T1", SIGHT, query, 3, offset))
        return [hit.record.number for hit in hits]

    assert whole == [7, 5, 4, 2, 1, 6, 3]
    assert [page(0), page(3), page(6), page(9)] == [whole[:3], whole[3:6], whole[6:], []]


def test_filters_narrow_it_down_with_and_without_words(engines: Engines) -> None:
    _log(engines, "One churn", tags=("Churn model", "q1"), makers=("UBEN",), at=NOW - 40 * DAY)
    _log(engines, "Two churn", tags=("churn",), status=S.PROPOSED, informed=("UBEN",))
    _log(engines, "Three", tags=("churn_model",), consulted=("UCHI",))
    _log(engines, "Churn elsewhere", workspace="T2", tags=("q1",), makers=("UBEN",))
    assert _found(engines) == [3, 2, 1]
    assert _found(engines, tags=("churn MODEL",)) == [1]
    assert _found(engines, tags=("churn_model",)) == [3]
    assert _found(engines, tags=("q1", "churn model")) == [1]
    assert _found(engines, status=S.PROPOSED) == [2]
    assert _found(engines, people=("UBEN",)) == [2, 1]
    assert _found(engines, people=("UBEN", "UCHI")) == []
    assert _found(engines, "churn", people=("UBEN",), tags=("q1",)) == [1]
    today, before = NOW.date(), (NOW - 40 * DAY).date()
    assert _found(engines, since=today) == [3, 2]
    assert _found(engines, "churn", until=before) == [1]
    assert _found(engines, since=before, until=today - DAY) == [1]
    assert _found(engines, until=date.max) == [3, 2, 1]


def test_a_status_is_found_by_what_it_is_now(engines: Engines) -> None:
    old = _log(engines, "Churn", status=S.PROPOSED)
    _in(engines, lambda uow: uow.decisions.replace(old.moved(S.ACCEPTED, NOW)))
    assert (_found(engines, status=S.PROPOSED), _found(engines, status=S.ACCEPTED)) == ([], [1])


def test_an_edit_is_found_by_its_new_words(engines: Engines) -> None:
    old = _log(engines, "Old", status=S.PROPOSED)
    _log(engines, "Fresh")
    assert _in(engines, lambda uow: uow.decisions.replace(old.edited(body("Fresh"))))
    assert (_found(engines, "fresh"), _found(engines, "old")) == ([2, 1], [])


def test_a_change_that_came_too_late_is_not_found(engines: Engines) -> None:
    old = _log(engines, "Old", status=S.PROPOSED)
    _in(engines, lambda uow: uow.decisions.replace(old.edited(body("Fresh"))))
    assert not _in(engines, lambda uow: uow.decisions.replace(old.edited(body("Late"))))
    assert (_found(engines, "late"), _found(engines, "fresh")) == ([], [1])


def test_the_most_words_and_the_longest_texts(engines: Engines) -> None:
    words = " ".join(f"word{i:02}" for i in range(20))
    _log(engines, "T", context=words, drivers="閾" * 3000, consequences="x" * 3000)
    assert _found(engines, words) == [1]
    assert _found(engines, "閾" * 400) == [1]
    assert _found(engines, "x" * 400) == [1]


_ANY = st.text(min_size=1, max_size=40) | st.text("\"'*()^:|&!<>-+{}\\/%_ab閾́ 0", max_size=30)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=_ANY)
def test_nothing_that_is_typed_is_a_wrong_query(engines: Engines, typed: str) -> None:
    words = search_words(typed)
    query = Query(words=words, tags=(typed,), people=(typed,))
    _in(engines, lambda uow: uow.decisions.search("T1", SIGHT, query, 3))
    _in(engines, lambda uow: uow.decisions.happenings("T1", SIGHT, query, 3))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(written=st.text(min_size=1, max_size=60).filter(lambda t: "\0" not in t))
def test_every_text_is_found_by_itself(engines: Engines, written: str) -> None:
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in written):
        return
    logged = _log(engines, "T", context=written, tags=(written,))
    newest = Query(words=search_words(written), tags=(written,))
    assert logged.number in [
        hit.record.number
        for hit in _in(engines, lambda uow: uow.decisions.search("T1", SIGHT, newest, 100))
    ]


def _note(
    engines: Engines, number: int, kind: ChangeKind, status: DecisionStatus, days: int = 0
) -> None:
    change = DecisionChange(number=number, kind=kind, status=status, by="UANA", at=NOW + days * DAY)
    _in(engines, lambda uow: uow.decisions.append("T1", change))


def test_happenings_are_what_became_of_them_latest_first(engines: Engines) -> None:
    _log(engines, "Churn", tags=("q1",))
    _log(engines, "Other")
    _log(engines, "Elsewhere", workspace="T2")
    _note(engines, 1, K.LOGGED, S.PROPOSED)
    _note(engines, 1, K.EDITED, S.PROPOSED, 1)
    _note(engines, 1, K.MOVED, S.ACCEPTED, 2)
    _note(engines, 2, K.LOGGED, S.ACCEPTED, 3)
    _note(engines, 1, K.PROMOTED, S.ACCEPTED, 3)
    _note(engines, 1, K.REVIEWED, S.ACCEPTED, 40)

    def told(query: Query, limit: int = 9, offset: int = 0) -> list[tuple[int, ChangeKind]]:
        happened = _in(
            engines, lambda uow: uow.decisions.happenings("T1", SIGHT, query, limit, offset)
        )
        return [(each.record.number, each.change.kind) for each in happened]

    whole = [(1, K.REVIEWED), (1, K.PROMOTED), (2, K.LOGGED), (1, K.MOVED)]
    assert told(Query()) == whole
    assert told(Query(), limit=2, offset=1) == whole[1:3]
    assert told(Query(words=("churn",))) == [each for each in whole if each[0] == 1]
    assert told(Query(tags=("q1",), since=(NOW + 4 * DAY).date())) == whole[:1]
    assert told(Query(until=(NOW + 2 * DAY).date())) == whole[3:]


def _asked(engines: Engines, typed: str) -> list[int]:
    asked = Asked(viewer=Viewer(workspace="T1", user_id="UBEN", now=NOW, channel="C1"), typed=typed)
    page = _in(engines, lambda uow: listed(uow, asked))
    return [each.number for each in page.rows]


def test_people_are_found_by_a_part_of_their_name_that_only_they_have(engines: Engines) -> None:
    names = {"ULENA": "Lena Fischer", "UWEBER": "Lena Weber", "UBEN": "Ben"}
    known = [Person(workspace="T1", user_id=one, name=name) for one, name in names.items()]
    _in(engines, lambda uow: uow.people.save(known))
    _log(engines, "One", makers=("ULENA",))
    _log(engines, "Two", makers=("UBEN",))
    assert _asked(engines, "by:@fischer") == [1]
    assert _asked(engines, 'by:"LENA FISCHER"') == [1]
    assert _asked(engines, "by:me") == [2]
    assert _asked(engines, "by:@weber") == []
    with pytest.raises(NotFound, match="More than one is called lena: Lena Fischer, Lena Weber"):
        _asked(engines, "by:@lena")
    with pytest.raises(NotFound, match="I don't know who ghost is"):
        _asked(engines, "by:@ghost")


def _numbers(rows: list[Found] | list[Happening]) -> list[int]:
    return [row.record.number for row in rows]


@pytest.mark.parametrize(
    ("sight", "seen"),
    [
        (Sight(channels=frozenset({"C1"})), {1, 3, 4, 7, 10}),
        (Sight(channels=frozenset({"C1", "C2"}), user_id="UGHOST"), {*range(1, 13)} - {6, 12}),
        (Sight(channels=frozenset({"C1"}), user_id="UCHI"), {1, 3, 4, 7, 8, 10}),
        (Sight(channels=frozenset(), user_id="UDEV"), {5, 11}),
        (Sight(channels=frozenset(), user_id="UANA"), {*range(1, 13)}),
        (Sight(channels=frozenset()), set()),
    ],
)
def test_pages_are_full_of_what_is_seen(engines: Engines, sight: Sight, seen: set[int]) -> None:
    """C1 has every third and D-3, C2 most others and C3 D-6 and D-12; Chiyo is consulted in D-8,
    Dev informed in D-5 and D-11, and Ana logged all."""

    def add(uow: SqlUnitOfWork) -> None:
        for number in range(1, 13):
            channel = "C1" if number % 3 == 1 or number == 3 else "C2"
            parts: dict[str, Any] = {"makers": ("UBEN",)}
            parts |= {"consulted": ("UCHI",)} if number == 8 else {}
            parts |= {"informed": ("UDEV",)} if number in (5, 11) else {}
            place = "C3" if number % 6 == 0 else channel
            it = record(number, S.ACCEPTED, body=body("Churn", **parts), channel=place)
            uow.decisions.add(it)
            note = DecisionChange(number=number, kind=K.MOVED, status=S.ACCEPTED, by="", at=NOW)
            uow.decisions.append("T1", note)

    _in(engines, add)
    newest_first = sorted(seen, reverse=True)
    for query in (
        Query(),
        Query(words=("churn",)),
        Query(words=("chu",)),
        Query(status=S.ACCEPTED),
    ):

        def pages(uow: SqlUnitOfWork, query: Query = query) -> list[list[int]]:
            found: list[int] = []
            happened: list[int] = []
            for start in range(0, 15, 3):
                found += _numbers(uow.decisions.search("T1", sight, query, 3, start))
                happened += _numbers(uow.decisions.happenings("T1", sight, query, 3, start))
            return [found, happened]

        assert _in(engines, pages) == [newest_first, newest_first], query
