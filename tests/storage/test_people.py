"""Members on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time

from sqlalchemy.orm import Session

from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime
from storage.engine import Engines
from storage.people import PersonRow
from storage.unit_of_work import SqlUnitOfWork

ANA = Person(
    workspace="T1",
    user_id="U1",
    name="Ana „ü“",
    zone="America/Sao_Paulo",
    slack_zone="America/Sao_Paulo",
    email="ana@x.example",
)
BEN = Person(workspace="T1", user_id="U2", name="Ben", slack_zone="UTC", is_guest=True)
CHOICES = Choices(
    zone="Asia/Tokyo",
    hours=WorkingTime(start=time(10, 30), end=time(0)),
    weekdays=frozenset({1, 7}),
    country="DE",
    region="BY",
    jira_account="acc-1",
    jira_name="Ana in Jira",
    jira_found="acc-1",
    mlflow_user="ana",
)
TWIN = replace(ANA, workspace="T2", name="Another Ana")


def test_members_come_back_as_they_were_each_in_their_workspace(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).people.save([BEN, ANA, TWIN])
    with Session(engines.reader) as session:
        people = SqlUnitOfWork(session).people
        assert (people.get("T1", "U1"), people.get("T2", "U1")) == (ANA, TWIN)
        assert people.get("T2", "U2") is None
        assert people.several("T1", ["U1", "U2", "U9"]) == {"U1": ANA, "U2": BEN}
        assert people.several("T1", []) == {}
        assert people.all("T1") == [ANA, BEN]


def test_a_member_is_replaced(engines: Engines) -> None:
    gone = replace(ANA, deleted=True, name="Ana (left)")
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        people.save([ANA])
        people.save([gone, gone])
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).people.all("T1") == [gone]


def test_choices_count_whatever_slack_says_and_in_their_workspace_only(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        people.save([ANA, TWIN])
        people.choose("T1", "U1", CHOICES)
        people.save([replace(ANA, zone="UTC", slack_zone="UTC")])
    chosen = replace(ANA, zone="Asia/Tokyo", slack_zone="UTC", choices=CHOICES)
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        assert people.get("T1", "U1") == chosen
        assert people.locked("T1", ["U1"]) == {"U1": chosen}
        assert people.get("T2", "U1") == TWIN
        people.choose("T1", "U1", Choices())
        assert people.locked("T1", ["U1"])["U1"].zone == "UTC"


def test_two_that_learn_of_a_member_at_once_both_succeed(engines: Engines) -> None:
    def learn(n: int) -> None:
        with Session(engines.writer) as session, session.begin():
            people = SqlUnitOfWork(session).people
            people.get("T1", f"U{n // 8}")
            people.save([replace(ANA, user_id=f"U{n // 8}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(learn, range(40)))
    with Session(engines.reader) as session:
        assert len(SqlUnitOfWork(session).people.all("T1")) == 5


def test_what_was_read_before_is_read_anew_after_a_replacement(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        people.save([ANA])
        row = session.get(PersonRow, ("T1", "U1"))
        assert row is not None
        people.save([replace(ANA, zone="UTC", slack_zone="UTC")])
        kept = people.get("T1", "U1")
        assert (row.zone, kept) == ("UTC", replace(ANA, zone="UTC", slack_zone="UTC"))
