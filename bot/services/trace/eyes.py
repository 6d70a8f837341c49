"""What the reader of a chain may see: one person, or everybody in a channel."""

from dataclasses import dataclass, field

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.sight import Sight, Viewer
from bot.domain.experiments.goals import Goal
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.issues.records import Issue
from bot.domain.issues.sharing import IssueSight
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import sight as alert_sight
from bot.services.decisions import sight
from bot.services.issues import sight as issue_sight


@dataclass(kw_only=True)
class Eyes:
    """What of the workspace somebody may read."""

    uow: UnitOfWork
    viewer: Viewer
    channels: Sight
    issues: IssueSight
    _rules: dict[int, bool] = field(default_factory=dict)

    @property
    def workspace(self) -> str:
        """Whose everything is."""
        return self.viewer.workspace

    def decision(self, record: DecisionRecord) -> bool:
        """Whether they may read it."""
        return self.channels.sees(record)

    def hypothesis(self, hypothesis: Hypothesis) -> bool:
        """Whether they may read it."""
        return self._reads(hypothesis.channel, hypothesis.named)

    def blocker(self, blocker: Blocker) -> bool:
        """Whether they may read it: in its channel, or as one of its stand-up."""
        standup = self.uow.standups.get(blocker.workspace, blocker.standup_id)
        insiders = standup.insiders if standup else frozenset()
        return self._reads(blocker.channel, blocker.people | insiders)

    def goal(self, goal: Goal) -> bool:
        """Whether they may read it."""
        return self._reads(goal.channel, goal.named)

    def incident(self, incident: Incident) -> bool:
        """Whether they may read what its rule found."""
        number = incident.rule_number
        if number not in self._rules:
            rule = self.uow.alerts.rule(self.workspace, number)
            self._rules[number] = rule is not None and alert_sight.sees(self.channels, rule)
        return self._rules[number]

    def issue(self, issue: Issue) -> bool:
        """Whether they may know of it."""
        return self.issues.sees(issue)

    def _reads(self, channel: str, named: frozenset[str]) -> bool:
        user_id = self.channels.user_id
        return channel in self.channels.channels or (bool(user_id) and user_id in named)


def of_person(uow: UnitOfWork, viewer: Viewer) -> Eyes:
    """What one person may see, in an answer that nobody else reads."""
    issues = issue_sight.of_person(uow, viewer.workspace, viewer.user_id)
    return Eyes(uow=uow, viewer=viewer, channels=sight.of(uow, viewer), issues=issues)


def of_channel(uow: UnitOfWork, viewer: Viewer) -> Eyes:
    """What everybody in the viewer's channel may see; people of another company don't read what
    is public here."""
    known = uow.channels.known(viewer.workspace, [viewer.channel]).get(viewer.channel)
    own = known is not None and known.shared is False
    here = Sight(channels=frozenset({viewer.channel} - {""}))
    everybody = sight.of_channel(uow, viewer.workspace, viewer.channel, viewer.now)
    return Eyes(
        uow=uow,
        viewer=viewer,
        channels=everybody if own else here,
        issues=issue_sight.of_channel(uow, viewer.workspace, viewer.channel),
    )
