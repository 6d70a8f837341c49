"""What the audit log's actions mean, in plain words; they stand behind a name, or behind `was
refused`. What people typed needs none."""

_PLAIN = {
    # Decisions.
    "decision.new": "logging a decision",
    "decision.log_message": "logging a message as a decision",
    "decision.edit": "beginning to change a decision",
    "decision.change": "changing a decision",
    "decision.accept": "accepting a decision",
    "decision.agree": "agreeing to a decision",
    "decision.object": "beginning to object to a decision",
    "decision.objection": "objecting to a decision",
    "decision.stand_aside": "standing aside from a decision",
    "decision.reject": "rejecting a decision",
    "decision.revise": "revising a decision",
    "decision.afresh": "starting a form afresh",
    "decision.supersede": "replacing a decision",
    "decision.review_supersede": "replacing a decision at its review",
    "decision.deprecate": "ending a decision",
    "decision.keep": "keeping a decision at its review",
    "decision.promote": "promoting a model again as decided",
    "decision.weekly": "setting up the week of decisions",
    "decision.weekly_off": "turning off the week of decisions",
    # Stand-ups and blockers.
    "standup.setup": "setting up a stand-up",
    "standup.change": "asking to change a stand-up",
    "standup.pause": "pausing a stand-up",
    "standup.resume": "resuming a stand-up",
    "standup.delete": "deleting a stand-up",
    "standup.duplicate": "copying a stand-up",
    "standup.join": "joining a stand-up",
    "standup.leave": "leaving a stand-up",
    "availability.away": "noting an absence",
    "availability.back": "ending an absence",
    "blocker.new": "telling of a blocker",
    "blocker.take": "taking a blocker",
    "blocker.solve": "solving a blocker",
    "blocker.still": "saying that a blocker is still there",
    # Alerts.
    "alert.new": "making an alert rule",
    "alert.edit": "changing an alert rule",
    "alert.delete": "deleting an alert rule",
    "alert.acknowledge": "acknowledging an alert",
    "alert.unacknowledge": "giving an alert back",
    "alert.assign": "assigning an alert",
    "alert.snooze": "snoozing an alert",
    "alert.rollback": "asking for a rollback",
    "alert.silence": "silencing alerts",
    "alert.unsilence": "ending a silence",
    "alert.noise": "calling an alert noise",
    "alert.useful": "calling an alert useful",
    "alert.settings": "changing the settings of alerts",
    # Experiments, goals, issues, digests.
    "hypothesis.new": "logging a hypothesis",
    "hypothesis.change": "changing a hypothesis",
    "hypothesis.verdict": "giving a verdict on a hypothesis",
    "goal.new": "setting a goal",
    "goal.change": "changing a goal",
    "goal.ended": "ending a goal",
    "experiment.plan": "planning a model",
    "issue.new": "filing an issue",
    "issue.comment": "commenting on an issue",
    "issue.move": "moving an issue",
    "issue.assign": "assigning an issue",
    "digest.settings": "setting up a digest",
    "delivery.retry": "sending a message again",
    # The workspace, and what is kept of people.
    "audit.older": "asking for more of the audit log",
    "app_home_opened": "opening App Home",
    "privacy.erased": "deleting the data of somebody who asked for it",
    "workspace.installed": "being installed",
    "workspace.uninstalled": "being uninstalled",
}


def spoken(action: str) -> str:
    """`logging a decision` for `decision.new`; what has no words stays as it is."""
    return _PLAIN.get(action, action)
