"""Flow 4: being away and coming back, and one's own settings."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import calendar
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_out_of_office_and_back(lena: Visitor) -> None:
    today = calendar.local_date(datetime.now(UTC), "Europe/Berlin")
    await lena.type("/standup away")
    await lena.modal.wait_for()
    await lena.fill("Note", "Conference")
    await lena.fill("Last day away", (today + timedelta(days=4)).isoformat())
    await lena.picture("standup-away", lena.modal)
    await lena.fill("Last day away", (today - timedelta(days=1)).isoformat())
    await lena.submit()
    assert "before the first" in await lena.refusal("Last day away")
    await lena.fill("Last day away", (today + timedelta(days=4)).isoformat())
    await lena.send()
    receipt = lena.message("You're away until", "Conference")
    await lena.wait_in("Meridian", receipt)
    await lena.picture("steps/standup-away-set", receipt)
    await lena.press(receipt, "I'm back")
    await lena.told("You're back")


async def test_my_settings(lena: Visitor) -> None:
    await lena.type("/meridian me")
    await lena.modal.wait_for()
    await lena.pick("Public holidays of", "Germany")
    await lena.field("Region").wait_for()
    await lena.pick("Region", "Bayern")
    await lena.picture("steps/me", lena.modal)
    await lena.submit()
    await lena.modal.filter(has_text="You live by Europe/Berlin").wait_for()
    await lena.close()
    await lena.go_home()
    await lena.home.filter(has_text="Public holidays of DE, BY").wait_for()
