"""A message becomes a decision by its menu, although the form was lost on the way."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAID = "Let's stop the weekly retraining. It changed nothing in *four* months."
PLAIN = "Let's stop the weekly retraining. It changed nothing in four months."
OUTCOME = "We retrain when the data changes, because nothing else moved the AUC."
HOW = "How is it decided?"
SHORTCUT = "Log as decision"


async def test_a_message_is_logged_from_a_draft(lena: Visitor) -> None:
    await begin(lena)
    await ask_and_decide_alone(lena)
    await lose_and_find(lena)


async def begin(lena: Visitor) -> None:
    await lena.type(SAID)
    message = lena.message("Let's stop the weekly retraining")
    await message.wait_for()
    await lena.choose(message, SHORTCUT)
    await lena.modal.wait_for()
    assert await lena.value("Title") == "Let's stop the weekly retraining"
    assert PLAIN in await lena.modal.inner_text()
    await lena.picture("steps/decision-from-message", lena.modal)
    await lena.fill("Outcome", OUTCOME)
    await lena.unfold("Options", "What it does and when to look again")
    assert await lena.value("Outcome") == OUTCOME
    await lena.fill(
        "Considered options", "Go on\n- four nights a month\nWhen data changes\n+ cheap"
    )
    await lena.picture("steps/decision-unfolded", lena.modal)


async def ask_and_decide_alone(lena: Visitor) -> None:
    await lena.pick(HOW, "Ask the makers: nobody may object")
    await lena.field("Time to answer").wait_for()
    assert await lena.field("Makers").get_by_label("Lena Fischer").is_checked()
    await lena.picture("steps/decision-consent", lena.modal)
    await lena.pick(HOW, "It is decided: it holds from now on")
    await lena.field("Time to answer").wait_for(state="detached")
    assert await lena.value("Outcome") == OUTCOME


async def lose_and_find(lena: Visitor) -> None:
    await lena.close()
    await lena.choose(lena.message(PLAIN), SHORTCUT)
    await lena.modal.get_by_text("not sent yet").wait_for()
    assert await lena.value("Outcome") == OUTCOME
    assert "four nights" in await lena.value("Considered options")
    await lena.picture("steps/decision-draft", lena.modal)
    await lena.send()
    card = await lena.told("Let's stop the weekly retraining · accepted", OUTCOME)
    assert "From a message of Lena Fischer" in card
    await lena.picture(
        "steps/decision-quoting", lena.message("Let's stop the weekly retraining · accepted")
    )
