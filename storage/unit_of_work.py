"""One transaction's repositories."""

from sqlalchemy.orm import Session

from storage.absences import SqlAbsences
from storage.alerts.noise import SqlFeedbacks, SqlNoise, SqlSilences
from storage.alerts.outages import SqlOutages
from storage.alerts.rules import SqlAlerts
from storage.blockers import SqlBlockers
from storage.channels import SqlChannels
from storage.decisions.progress import SqlConsents, SqlPromotions, SqlReviews
from storage.decisions.records import SqlDecisions
from storage.decisions.weekly import SqlRhythm
from storage.deliveries import SqlDeliveries
from storage.digests.handovers import SqlHandovers
from storage.digests.settings import SqlDigests
from storage.drafts import SqlDrafts
from storage.experiments.directions import SqlDirections
from storage.experiments.goals import SqlGoals
from storage.experiments.hypotheses import SqlHypotheses
from storage.experiments.mirror import SqlExperiments
from storage.experiments.notices import SqlNotices
from storage.experiments.plans import SqlPlans
from storage.experiments.pulses import SqlFamilies, SqlPulses
from storage.experiments.tried import SqlTried
from storage.experiments.watches import SqlWatches
from storage.history import SqlHistory
from storage.installations import SqlInstallations, SqlOAuthStates, SqlWorkspaces
from storage.issues.mirror import SqlIssues
from storage.issues.runs import SqlIssueRuns
from storage.issues.sprints import SqlSprints
from storage.ledger import SqlInteractions, SqlNumbers, SqlSources
from storage.moods import SqlMoods
from storage.outbox import SqlOutbox
from storage.people import SqlPeople
from storage.privacy.audit import SqlAudit
from storage.privacy.roles import SqlRoles
from storage.privacy.store import SqlPrivacy
from storage.readings import SqlReadings
from storage.rotations import SqlRotations
from storage.schedules import SqlSchedules
from storage.standups import SqlStandups
from storage.timers import SqlTimers
from storage.turns import SqlTurns


class SqlUnitOfWork:
    """Implements `bot.ports.repositories.UnitOfWork` on one session."""

    def __init__(self, session: Session) -> None:
        self.workspaces = SqlWorkspaces(session)
        self.installations = SqlInstallations(session)
        self.oauth_states = SqlOAuthStates(session)
        self.people = SqlPeople(session)
        self.schedules = SqlSchedules(session)
        self.timers = SqlTimers(session)
        self.drafts = SqlDrafts(session)
        self.deliveries = SqlDeliveries(session)
        self.outbox = SqlOutbox(session)
        self.interactions = SqlInteractions(session)
        self.numbers = SqlNumbers(session)
        self.sources = SqlSources(session)
        self.standups = SqlStandups(session)
        self.turns = SqlTurns(session)
        self.absences = SqlAbsences(session)
        self.blockers = SqlBlockers(session)
        self.history = SqlHistory(session)
        self.moods = SqlMoods(session)
        self.rotations = SqlRotations(session)
        self.experiments = SqlExperiments(session)
        self.decisions = SqlDecisions(session)
        self.consents = SqlConsents(session)
        self.promotions = SqlPromotions(session)
        self.reviews = SqlReviews(session)
        self.rhythm = SqlRhythm(session)
        self.channels = SqlChannels(session)
        self.issues = SqlIssues(session)
        self.issue_runs = SqlIssueRuns(session)
        self.sprints = SqlSprints(session)
        self.digests = SqlDigests(session)
        self.handovers = SqlHandovers(session)
        self.alerts = SqlAlerts(session)
        self.silences = SqlSilences(session)
        self.noise = SqlNoise(session)
        self.outages = SqlOutages(session)
        self.feedback = SqlFeedbacks(session)
        self.plans = SqlPlans(session)
        self.watches = SqlWatches(session)
        self.notices = SqlNotices(session)
        self.pulses = SqlPulses(session)
        self.families = SqlFamilies(session)
        self.directions = SqlDirections(session)
        self.hypotheses = SqlHypotheses(session)
        self.goals = SqlGoals(session)
        self.tried = SqlTried(session)
        self.readings = SqlReadings(session)
        self.audit = SqlAudit(session)
        self.roles = SqlRoles(session)
        self.privacy = SqlPrivacy(session)
