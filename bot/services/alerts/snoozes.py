"""Snoozes: quiet until a time, or until the next evaluation of the rule or version of the model."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.incidents import Awaits, Incident, Snooze
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import LONGEST_SILENCE
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork


def check(snooze: Snooze, rule: Rule | None) -> None:
    """Raises InvalidInput where a snooze would have no end that we could see."""
    if snooze.awaits is Awaits.NOTHING and snooze.until is None:
        raise InvalidInput("Say until when it should be quiet.")
    if snooze.until is not None and snooze.until - snooze.at > LONGEST_SILENCE:
        raise InvalidInput(f"A snooze lasts {LONGEST_SILENCE.days} days at most.")
    if snooze.awaits is Awaits.VERSION and (rule is None or not rule.model):
        raise InvalidInput(
            "This alert isn't about a registered model, so no version is to come. "
            "Snooze it until the next evaluation, or for some hours."
        )


def begun(uow: UnitOfWork, incident: Incident, rule: Rule | None, snooze: Snooze) -> Incident:
    """The incident with that snooze, which knows how things stand now."""
    mark = _mark(uow, rule, snooze.awaits) if rule else ""
    return replace(incident, snooze=replace(snooze, mark=mark))


def has_come(uow: UnitOfWork, incident: Incident, rule: Rule) -> bool:
    """Whether what an incident's snooze awaits has come."""
    snooze = incident.snooze
    if snooze is None or snooze.awaits is Awaits.NOTHING:
        return False
    return _mark(uow, rule, snooze.awaits) != snooze.mark


def is_over(snooze: Snooze, now: datetime) -> bool:
    """Whether a snooze is none (any more): that is how one is ended by hand."""
    return snooze.awaits is Awaits.NOTHING and snooze.until is not None and snooze.until <= now


def _mark(uow: UnitOfWork, rule: Rule, awaits: Awaits) -> str:
    """How things stand that an evaluation or a version changes."""
    if awaits is Awaits.EVALUATION:
        stored = uow.alerts.state(rule.workspace, rule.number)
        return stored.state.last_key if stored else ""
    if awaits is Awaits.VERSION:
        versions = uow.experiments.versions(rule.workspace, rule.model)
        newest = max((each.version for each in versions), default=0)
        models = uow.experiments.models(rule.workspace)
        aliases = next((model.aliases for model in models if model.name == rule.model), {})
        return f"v{newest} " + " ".join(f"{name}={aliases[name]}" for name in sorted(aliases))
    return ""
