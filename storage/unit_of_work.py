"""One transaction's repositories."""

from sqlalchemy.orm import Session

from storage.alerts import SqlAlerts
from storage.decisions import SqlDecisions
from storage.deliveries import SqlDeliveries
from storage.digests import SqlDigests
from storage.experiments import SqlExperiments
from storage.issues import SqlIssues
from storage.ledger import SqlInteractions, SqlNumbers, SqlSources
from storage.people import SqlPeople
from storage.schedules import SqlSchedules
from storage.standups import SqlBlockers, SqlStandups


class SqlUnitOfWork:
    """Implements `bot.ports.repositories.UnitOfWork` on one session."""

    def __init__(self, session: Session) -> None:
        self.people = SqlPeople(session)
        self.schedules = SqlSchedules(session)
        self.deliveries = SqlDeliveries(session)
        self.interactions = SqlInteractions(session)
        self.numbers = SqlNumbers(session)
        self.sources = SqlSources(session)
        self.standups = SqlStandups(session)
        self.blockers = SqlBlockers(session)
        self.experiments = SqlExperiments(session)
        self.decisions = SqlDecisions(session)
        self.issues = SqlIssues(session)
        self.digests = SqlDigests(session)
        self.alerts = SqlAlerts(session)
