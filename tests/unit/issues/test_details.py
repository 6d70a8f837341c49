"""One issue for one person."""

from datetime import timedelta
from pathlib import Path

from bot.domain.decisions.sight import Viewer
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.person import Person
from bot.services.issues import details
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.issue_sight import let_see
from tests.unit.desk import Office
from tests.unit.digests.builders import T0, issue

EARLIER = T0 - timedelta(days=9)


def test_it_is_as_old_as_the_last_reading_of_its_own_project(tmp_path: Path) -> None:
    engines = open_engines(f"sqlite:///{tmp_path}/details.db")
    Base.metadata.create_all(engines.writer)

    def work(uow: SqlUnitOfWork) -> None:
        uow.people.save([Person(workspace="T1", user_id="ULENA", name="Lena")])
        let_see(uow, "C1", "CHURN", "CHURN2")
        for project, at in (("CHURN", T0), ("CHURN2", EARLIER)):
            reading = Reading(projects=(project,), since=EARLIER, news_since=EARLIER)
            uow.issues.save("T1", reading, IssuePage(issues=(issue(1, project=project),)), at)

    office = Office(engines=engines)
    office.do(work)
    viewer = Viewer(workspace="T1", user_id="ULENA", channel="C1", now=T0)
    shown = office.do(details.known, viewer, "CHURN2-1")
    engines.dispose()
    assert shown is not None
    assert shown.as_of == EARLIER
