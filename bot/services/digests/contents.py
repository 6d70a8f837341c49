"""What is in a digest: each section reads what is kept and knows when it has nothing to say."""

from bot.domain.digests import days
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.windows import Window
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.digests.sections import (
    alerts,
    blockers,
    decisions,
    goals,
    issues,
    learned,
    plans,
    runs,
    sources,
    sprint,
    standup,
)
from bot.services.issues import sight


def compose(
    uow: UnitOfWork,
    settings: DigestSettings,
    window: Window,
    *,
    brief: bool = False,
    past: bool = False,
) -> Digest:
    """All sections of a channel's digest over `window`, read from what is kept now.

    Only what belongs to the channel: its stand-ups, its decisions and alerts, the issues that it
    may see and the experiments that it chose. A `brief` one only serves to ask whether there is
    something to say: it reads no experiment's whole history to find the best run. A `past` one is
    told as things stood at its end.
    """
    scope = Scope(
        settings=settings,
        window=window,
        sight=sight.of_channel(uow, settings.workspace, settings.channel),
        brief=brief,
        past=past,
    )
    day = days.day_of(window.whole.until, settings.choice.zone)
    return Digest(
        day=day,
        window=window,
        blockers=blockers.read(uow, scope),
        standup=standup.read(uow, scope),
        decisions=decisions.decided(uow, scope),
        awaited=decisions.awaited(uow, scope),
        issues=issues.read(uow, scope),
        goals=goals.read(uow, scope),
        sprint=sprint.read(uow, scope),
        runs=runs.read(uow, scope),
        alerts=alerts.read(uow, scope),
        late=plans.read(uow, scope),
        learned=learned.read(uow, scope),
        sources=sources.read(uow, scope),
        past=past,
        before=days.before(settings.choice, day).local_date,
    )
