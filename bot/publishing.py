"""`meridian site`: the decision log for people outside Slack."""

from datetime import datetime
from pathlib import Path

from bot.archiving import Choice, choose, left_out, opened
from bot.clients.site import build
from bot.config import Settings
from bot.views.text import count


async def publish(settings: Settings, to: Path, choice: Choice, now: datetime) -> list[str]:
    """Build the site into `to`; what was done, a line each. Raises ConfigError."""
    build.builder()
    # What the bot itself never needs is imported once it is known to be there.
    from bot.clients.site.pages import Site

    async with opened(settings, now) as transactions:
        chosen = await choose(settings, transactions, choice, now)
    await build.build(Site.of(chosen.decisions).pages(), to)
    decisions = count(len(chosen.decisions), "decision")
    return [f"{decisions} in {to}/index.html", *left_out(chosen)]
