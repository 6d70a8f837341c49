"""Every table is kept, exported, deleted from and purged as its policy says.

The tables are read from the metadata: a new one fails here until somebody thought about it.
"""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table, Text, cast, select
from sqlalchemy.orm import Session

from bot.domain.audit import AuditLine
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.person import Person
from bot.domain.privacy.retention import TERMS, Area
from bot.domain.privacy.roles import Grant, Role
from bot.errors import Conflict, NotPermitted
from bot.services.decisions import life
from bot.services.privacy import auditing, myself, purging, retention, roles
from storage.engine import Engines
from storage.privacy import cells
from storage.privacy.policy import DATED_CARDS, POLICIES
from storage.tables import METADATA
from storage.unit_of_work import SqlUnitOfWork
from tests.storage import everything
from tests.storage.conftest import Run
from tests.storage.everything import NOW, OLD, SECRET
from tests.unit.experiments.samples import hypothesis

HER, BOSS = "U0YUKI", "U0BOSS"

WHEN_OVER: dict[str, dict[str, Any]] = {
    "watch_notice": {"message": "told"},
    "delivery": {"state": "sent", "kind": "post", "card": "digest"},
    "incident": {"is_settled": True},
    "sprint": {"is_running": False},
    "tried_text": {"kind": "report"},
}
"""What a row must be, beside old, to be over."""


def fill(engines: Engines, workspace: str, named: str, **fixed: Any) -> None:
    """A row in every table that names somebody, a decision of theirs and a line in the log."""
    with Session(engines.writer) as session, session.begin():
        for table in everything.tables():
            keys = [column.name for column in table.primary_key.columns]
            if keys == [POLICIES[table.name].workspace] and naming(session, table, workspace):
                continue
            if POLICIES[table.name].workspace or POLICIES[table.name].names_anybody:
                row = everything.row(table, workspace, named=named, at=NOW, **fixed)
                everything.add(session, table, row)
        uow = SqlUnitOfWork(session)
        uow.people.save([Person(workspace=workspace, user_id=BOSS, name="Boss", is_admin=True)])
        body = DecisionBody(title="Use LightGBM", outcome="It wins.", makers=(named, BOSS))
        wish = NewDecision(
            workspace=workspace,
            channel="C1",
            author=named,
            body=body,
            status=DecisionStatus.ACCEPTED,
        )
        life.log(uow, wish, NOW)
        claim = hypothesis(workspace=workspace, number=len(named), author=named, owner=named)
        uow.hypotheses.add(claim)
        uow.audit.write(AuditLine(workspace=workspace, at=NOW, actor=named, action="decision.new"))


def naming(session: Session, table: Table, text: str) -> list[dict[str, Any]]:
    """The rows with this text in any cell."""
    found = everything.rows(session, table)
    return [row for row in found if any(text in str(value) for value in row.values())]


def test_every_table_has_a_policy_that_says_when_its_rows_go() -> None:
    assert set(POLICIES) == set(METADATA.tables)
    for name, policy in POLICIES.items():
        columns = METADATA.tables[name].c
        assert {*policy.theirs} <= {*columns.keys()}, name
        assert policy.kept or (policy.area and policy.old), name
        assert bool(policy.workspace) != bool(policy.shared), name
        assert not policy.workspace or policy.workspace in columns, name
    assert {policy.area for policy in POLICIES.values()} - {None} == set(Area) == set(TERMS)


def test_dated_messages_are_cards_that_there_are() -> None:
    from bot.app import CARDS

    assert set(CARDS) >= DATED_CARDS


def test_a_deleted_person_is_nowhere_any_more(engines: Engines, run: Run[Any]) -> None:
    fill(engines, "T1", HER)
    fill(engines, "T2", HER)
    before = {t.name: _of(engines, t, "T2") for t in everything.tables()}
    erased = run(lambda uow: myself.erase(uow, "T1", HER, NOW))
    with Session(engines.writer) as session:
        for table in METADATA.sorted_tables:
            policy = POLICIES[table.name]
            if policy.mirror or table.name == "forgotten" or not policy.workspace:
                continue
            left = [r for r in naming(session, table, HER) if r[policy.workspace] == "T1"]
            assert left == [], table.name
        assert naming(session, METADATA.tables["installation"], HER) == []
    after = {t.name: _of(engines, t, "T2") for t in everything.tables()}
    assert after == before, "the same person in another workspace stays"
    own = {name for name, policy in POLICIES.items() if policy.theirs}
    assert own <= {*erased.deleted, "audit_actor"}
    assert {"decision", "standup", "blocker", "incident", "goal"} <= set(erased.replaced)


def test_the_record_stays_under_a_placeholder(engines: Engines, run: Run[Any]) -> None:
    fill(engines, "T1", HER)
    erased = run(lambda uow: myself.erase(uow, "T1", HER, NOW))
    claim = run(lambda uow: uow.hypotheses.get("T1", len(HER)))
    assert claim.named == {erased.placeholder}
    record = run(lambda uow: uow.decisions.get("T1", 1))
    assert record.author == erased.placeholder
    assert record.body.makers == (erased.placeholder, BOSS)
    stands_in = run(lambda uow: uow.people.get("T1", erased.placeholder))
    assert (stands_in.name, stands_in.deleted) == ("Former colleague", True)
    with Session(engines.writer) as session:
        indexed = ("decision_text", "tried_text")
        terms = [
            session.scalars(select(cast(METADATA.tables[name].c.terms, Text))).all()
            for name in indexed
        ]
        [blocker] = everything.rows(session, METADATA.tables["blocker"])
    assert HER.lower() not in str(terms)
    assert "a former colleague" in json.dumps(blocker["asked"])
    assert "<@" not in str(blocker)


def test_slack_does_not_bring_them_back_until_they_come(engines: Engines, run: Run[Any]) -> None:
    fill(engines, "T1", HER)
    run(lambda uow: myself.erase(uow, "T1", HER, NOW))
    her = Person(workspace="T1", user_id=HER, name="Yuki Tanaka", slack_zone="UTC")
    run(lambda uow: uow.people.save([her]))
    assert run(lambda uow: uow.people.get("T1", HER)) is None
    assert HER in run(lambda uow: uow.privacy.forgotten("T1"))
    run(lambda uow: uow.privacy.welcome_back("T1", HER))
    run(lambda uow: uow.people.save([her]))
    assert run(lambda uow: uow.people.get("T1", HER)) == her


def test_the_log_holds_and_nobody_can_tell_whose_lines_they_were(
    engines: Engines, run: Run[Any]
) -> None:
    fill(engines, "T1", HER)
    run(lambda uow: myself.erase(uow, "T1", HER, NOW))
    lines = run(lambda uow: uow.audit.chain("T1", 0, 9))
    assert [(e.line.action, e.line.actor != "") for e in lines] == [
        ("decision.new", True),
        (myself.ERASED, False),
    ]
    assert run(lambda uow: auditing.verify(uow, "T1")).whole


def test_a_failure_deletes_nothing(engines: Engines, run: Run[Any]) -> None:
    fill(engines, "T1", HER)
    before = {t.name: _of(engines, t, "T1") for t in everything.tables()}

    def fails(uow: SqlUnitOfWork) -> None:
        myself.erase(uow, "T1", HER, NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(fails)
    assert {t.name: _of(engines, t, "T1") for t in everything.tables()} == before


def test_the_last_owner_stays_until_there_is_another(engines: Engines, run: Run[Any]) -> None:
    fill(engines, "T1", HER)
    with pytest.raises(Conflict, match="last owner"):
        run(lambda uow: myself.erase(uow, "T1", BOSS, NOW))
    run(lambda uow: uow.people.save([Person(workspace="T1", user_id="U2", name="Two")]))
    grant = Grant(workspace="T1", user_id="U2", role=Role.OWNER, by=BOSS, at=NOW)
    run(lambda uow: uow.roles.give(grant))
    run(lambda uow: myself.erase(uow, "T1", BOSS, NOW))


def test_the_export_has_what_is_theirs_and_no_words_of_others(
    engines: Engines, run: Run[Any]
) -> None:
    fill(engines, "T1", HER)
    fill(engines, "T1", "U0OTHER")
    fill(engines, "T2", HER)
    found = run(lambda uow: myself.export(uow, "T1", HER, NOW))
    told = json.dumps(found.tables)
    for name, policy in POLICIES.items():
        if policy.theirs and name != "audit_actor":
            [row] = found.tables[name]
            assert HER in [row[column] for column in policy.theirs], name
        elif policy.workspace == "workspace" and not policy.mirror and name in found.tables:
            for row in found.tables[name]:
                assert row.get("you_are_named_in") or row.get("channel") == HER, name
    assert "U0OTHER" not in told
    named = [row for name in ("blocker", "goal", "incident") for row in found.tables[name]]
    assert SECRET not in json.dumps(named), "what others wrote isn't theirs"
    assert "T2" not in {row.get("workspace") for rows in found.tables.values() for row in rows}
    assert [entry.line.actor for entry in found.audit] == [HER]
    assert {name for name, p in POLICIES.items() if p.mirror} & set(found.tables) == set()


def test_a_purged_workspace_leaves_nothing_and_others_everything(
    engines: Engines, run: Run[Any]
) -> None:
    fill(engines, "T1", HER)
    fill(engines, "T2", HER)
    before = {t.name: _of(engines, t, "T2") for t in METADATA.sorted_tables}
    batches = 0
    while run(lambda uow: uow.privacy.purge("T1", 7)) == 7:
        batches += 1
    assert batches > 3
    with Session(engines.writer) as session:
        for table in METADATA.sorted_tables:
            if table.name != "workspace" and POLICIES[table.name].workspace:
                assert naming(session, table, "T1") == [], table.name
    assert {t.name: _of(engines, t, "T2") for t in METADATA.sorted_tables} == before


def test_purge_waits_thirty_days_and_not_for_who_came_back(run: Run[Any]) -> None:
    from bot.domain.installation import Workspace

    gone = Workspace(id="T1", name="One", url="", installation="", installed_at=OLD, removed_at=NOW)
    run(lambda uow: uow.workspaces.save(gone))
    almost = NOW + timedelta(days=29)
    assert run(lambda uow: purging.due(uow, almost)) == []
    after = NOW + timedelta(days=31)
    assert run(lambda uow: purging.due(uow, after)) == ["T1"]
    run(lambda uow: uow.people.save([Person(workspace="T1", user_id=HER, name="Yuki")]))
    assert run(lambda uow: purging.purge(uow, "T1", almost)) is False
    assert run(lambda uow: uow.people.get("T1", HER)) is not None
    assert run(lambda uow: purging.purge(uow, "T1", after)) is False
    assert run(lambda uow: uow.people.get("T1", HER)) is None
    assert run(lambda uow: purging.due(uow, after)) == []


SWEPT = sorted(name for name, policy in POLICIES.items() if policy.old)


def test_what_is_old_goes_and_what_is_young_stays(engines: Engines, run: Run[Any]) -> None:
    with Session(engines.writer) as session, session.begin():
        for name in SWEPT:
            table = METADATA.tables[name]
            for at, named in ((OLD, "U0OLD"), (NOW, "U0YOUNG")):
                over = WHEN_OVER.get(name, {}) | {"ref": f"{at.date()} {named} s1"}
                everything.add(
                    session, table, everything.row(table, "T1", named=named, at=at, **over)
                )
    for area in Area:
        # Twice: what one table frees, another lets go in the next round.
        for _ in range(2):
            run(partial(retention.sweep, workspace="T1", area=area, now=NOW))
    with Session(engines.writer) as session:
        for name in SWEPT:
            left = everything.rows(session, METADATA.tables[name])
            assert len(left) == 1, name
            assert "U0YOUNG" in str(left[0]) or POLICIES[name].mirror, name
            assert "U0OLD" not in str(left[0]), name


@pytest.mark.parametrize(
    "still",
    [
        {"state": "pending"},
        {"state": "sending"},
        {"card": "decision"},
        {"card": "alert"},
        {"card": "standup.started"},
    ],
)
def test_a_message_that_is_still_needed_stays(
    engines: Engines, run: Run[Any], still: dict[str, str]
) -> None:
    delivery = METADATA.tables["delivery"]
    values = {**WHEN_OVER["delivery"], **still}
    with Session(engines.writer) as session, session.begin():
        everything.add(session, delivery, everything.row(delivery, "T1", at=OLD, **values))
    assert run(lambda uow: retention.sweep(uow, "T1", Area.MESSAGES, NOW)) == 0


def test_a_message_that_another_waits_for_stays(engines: Engines, run: Run[Any]) -> None:
    delivery = METADATA.tables["delivery"]
    over = WHEN_OVER["delivery"]
    with Session(engines.writer) as session, session.begin():
        old = everything.row(delivery, "T1", at=OLD, **over | {"id": "a", "edit_of": None})
        edit = everything.row(delivery, "T1", at=OLD, **over | {"state": "pending", "edit_of": "a"})
        everything.add(session, delivery, old)
        everything.add(session, delivery, edit)
    assert run(lambda uow: retention.sweep(uow, "T1", Area.MESSAGES, NOW)) == 0


@pytest.mark.parametrize("settled", [True, False])
def test_an_incident_that_goes_on_keeps_its_story(
    engines: Engines, run: Run[Any], settled: bool
) -> None:
    with Session(engines.writer) as session, session.begin():
        for name, rule in (("incident", 1), ("alert_transition", 1), ("alert_transition", 2)):
            table = METADATA.tables[name]
            row = everything.row(table, "T1", at=OLD, is_settled=settled, rule_number=rule)
            everything.add(session, table, row)
    for _ in range(2):
        run(lambda uow: retention.sweep(uow, "T1", Area.ALERTS, NOW))
    with Session(engines.writer) as session:
        incidents = everything.rows(session, METADATA.tables["incident"])
        told = everything.rows(session, METADATA.tables["alert_transition"])
    assert len(incidents) == int(not settled)
    assert [each["rule_number"] for each in told] == ([] if settled else [1])


def test_news_that_waits_for_its_watcher_stays(engines: Engines, run: Run[Any]) -> None:
    notice = METADATA.tables["watch_notice"]
    with Session(engines.writer) as session, session.begin():
        for message in ("", "told"):
            row = everything.row(notice, "T1", named=HER, at=OLD, message=message)
            everything.add(session, notice, row)
    assert run(lambda uow: retention.sweep(uow, "T1", Area.RUNS, NOW)) == 1
    with Session(engines.writer) as session:
        [left] = everything.rows(session, notice)
    assert left["message"] == ""


def test_the_only_owner_hands_over_and_goes(run: Run[Any]) -> None:
    people = [
        Person(workspace="T1", user_id=BOSS, name="Boss", is_admin=True),
        Person(workspace="T1", user_id=HER, name="Yuki"),
    ]
    run(lambda uow: uow.people.save(people))
    with pytest.raises(Conflict, match="last owner"):
        run(lambda uow: roles.give(uow, "T1", BOSS, BOSS, Role.MEMBER, NOW))
    run(lambda uow: roles.give(uow, "T1", BOSS, HER, Role.OWNER, NOW))
    run(lambda uow: roles.give(uow, "T1", BOSS, BOSS, Role.MEMBER, NOW))
    assert run(lambda uow: roles.role(uow, "T1", BOSS)) is Role.MEMBER
    with pytest.raises(NotPermitted):
        run(lambda uow: roles.give(uow, "T1", BOSS, BOSS, Role.OWNER, NOW))
    with pytest.raises(Conflict, match="last owner"):
        run(lambda uow: myself.erase(uow, "T1", HER, NOW))
    erased = run(lambda uow: myself.erase(uow, "T1", BOSS, NOW))
    assert run(lambda uow: roles.role(uow, "T1", HER)) is Role.OWNER
    [grant] = run(lambda uow: uow.roles.all("T1"))
    assert (grant.user_id, grant.by) == (HER, erased.placeholder)


def test_chosen_days_count_and_forever_keeps(engines: Engines, run: Run[Any]) -> None:
    report = METADATA.tables["report"]
    with Session(engines.writer) as session, session.begin():
        at = NOW - timedelta(days=100)
        everything.add(session, report, everything.row(report, "T1", at=at))
    run(lambda uow: uow.privacy.choose("T1", Area.REPORTS, 0, BOSS, NOW))
    assert (
        run(lambda uow: retention.sweep(uow, "T1", Area.REPORTS, NOW + timedelta(days=9999))) == 0
    )
    run(lambda uow: uow.privacy.choose("T1", Area.REPORTS, 99, BOSS, NOW))
    assert run(lambda uow: retention.sweep(uow, "T2", Area.REPORTS, NOW)) == 0
    assert run(lambda uow: retention.sweep(uow, "T1", Area.REPORTS, NOW)) == 1


def test_one_process_a_day_sweeps(run: Run[Any]) -> None:
    assert run(lambda uow: retention.claim(uow, "T1", NOW))
    assert not run(lambda uow: retention.claim(uow, "T1", NOW + timedelta(hours=23)))
    assert run(lambda uow: retention.claim(uow, "T1", NOW + timedelta(hours=24)))


def test_a_mention_becomes_words_and_a_longer_id_stays() -> None:
    told = f"<@{HER}> and <@{HER}|yuki> asked {HER}2, not {HER}: x{HER}"
    after = cells.replaced(told, HER, "gone-1")
    assert after == f"a former colleague and a former colleague asked {HER}2, not gone-1: x{HER}"


def _of(engines: Engines, table: Table, workspace: str) -> list[dict[str, Any]]:
    column = POLICIES[table.name].workspace
    with Session(engines.writer) as session:
        found = everything.rows(session, table)
    return [row for row in found if column and row[column] == workspace]
