"""Wrong input: one sentence says what to do, and what was typed stays."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_misspelt_word_gets_the_nearest_command(lena: Visitor) -> None:
    await lena.type("/standup histry")
    said = await lena.told("only visible to you", "histry")
    assert "/standup history" in said
    await lena.picture("steps/mistake-word", lena.message("only visible to you", "histry"))


async def test_an_empty_form_says_what_is_missing(lena: Visitor) -> None:
    await lena.type("/standup new")
    await lena.modal.wait_for()
    await lena.submit()
    assert await lena.refusal("Name")
    await lena.fill("Name", "Friday demo")
    await lena.fill("Questions", "   ")
    await lena.submit()
    assert "at least one question" in await lena.refusal("Questions")
    assert await lena.field("Name").locator("input").input_value() == "Friday demo"
    await lena.picture("steps/mistake-form", lena.modal)
    await lena.close()


async def test_dates_that_there_are_not(lena: Visitor) -> None:
    await lena.type("/standup away until the 40th")
    await lena.told("only visible to you", "I don't understand these dates")


async def test_a_bad_number_is_named_at_its_field(lena: Visitor) -> None:
    await lena.type("/alert new")
    await lena.modal.wait_for()
    await lena.pick("Tell this channel when", "A run's metric passes a limit")
    await lena.field("Experiment").locator("select").wait_for()
    await lena.pick("Experiment", "churn")
    await lena.field("Metric").locator("select").wait_for()
    await lena.pick("Metric", "val_auc")
    await lena.fill("Threshold", "nine")
    await lena.submit()
    assert "number" in await lena.refusal("Threshold")
    assert await lena.field("Threshold").locator("input").input_value() == "nine"
    await lena.picture("steps/mistake-number", lena.modal)
    await lena.close()


async def test_a_decision_that_is_not_there(lena: Visitor) -> None:
    await lena.type("/decide show D-99")
    await lena.told("only visible to you", "There is no D-99; the newest is D-")
