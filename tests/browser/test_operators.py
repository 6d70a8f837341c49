"""Flow 7: an owner sees how the installation is and who did what; all take what is theirs."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_owner_sees_every_check_with_what_mends_it(lena: Visitor) -> None:
    await lena.type("/meridian doctor")
    found = lena.message("only visible to you", "MERIDIAN_BACKUP_FOLDER")
    await found.wait_for()
    text = await found.inner_text()
    for check in ("time zones", "database", "outbox", "slack", "channels", "clock", "jira"):
        assert check in text.lower(), check
    await lena.picture("doctor", found)


async def test_the_audit_log_tells_who_did_what_and_who_was_refused(
    lena: Visitor, visit: Visit
) -> None:
    yuki = await visit("Yuki Tanaka")
    await yuki.type("/meridian audit")
    await yuki.told("only visible to you", "Only admins and owners")
    await lena.type("/decide Keep the audit log for two years")
    await lena.modal.wait_for()
    await lena.fill("Outcome", "Two years, as the rest")
    await lena.send()
    await lena.told("Keep the audit log for two years", "Two years, as the rest")
    await lena.type("/meridian audit")
    page = lena.message("only visible to you", "Yuki Tanaka")
    await page.wait_for()
    assert "Lena Fischer" in await page.inner_text()
    await lena.picture("audit", page)
    await lena.type("/meridian audit check")
    await lena.told("only visible to you", "lines")


async def test_everything_that_is_kept_about_somebody_comes_as_a_file(lena: Visitor) -> None:
    await lena.type("/meridian me export")
    await lena.wait_in("Meridian", lena.message("Everything I keep that names you"))
