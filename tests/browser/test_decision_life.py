"""Flow 2, whole: a promotion from the message it began with to its rollback, and why it was so."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.browser.conftest import Visit
from tests.browser.show import Show
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

IDEA = "Version 3 of churn reaches val_auc 0.940 with 120 small trees. Shall we promote it?"
OUTCOME = "Version 3 becomes the champion: better on the same data, and as fast."
POLLED = 60_000


async def test_a_promotion_from_its_message_to_its_rollback(
    lena: Visitor, visit: Visit, show: Show
) -> None:
    assert await champion(show) == 2
    await away(visit)
    await begin(lena, visit)
    number = await propose(lena)
    await consent(lena, visit, number)
    await promoted(lena, show, number)
    undone = await regression(lena, show, number)
    await rolled_back(lena, show, number, undone)
    await why(lena, number, undone)


async def champion(show: Show) -> int:
    """Where the alias really is."""
    address = f"{show.mlflow}/api/2.0/mlflow/registered-models/alias"
    asked = {"name": "churn", "alias": "champion"}
    async with httpx.AsyncClient() as client:
        answer = await client.get(address, params=asked)
    return int(answer.raise_for_status().json()["model_version"]["version"])


async def away(visit: Visit) -> None:
    """New York is out of office for some days."""
    marcus = await visit("Marcus Reed")
    last = (datetime.now(UTC) + timedelta(days=4)).date()
    await marcus.type(f"/standup away until {last}")
    await marcus.told("only visible to you", "away")


async def begin(lena: Visitor, visit: Visit) -> None:
    """Tokyo says it, Berlin logs it; the form is closed by mistake and nothing is lost."""
    yuki = await visit("Yuki Tanaka")
    await yuki.type(IDEA)
    message = lena.message(IDEA)
    await lena.wait_in("churn-model", message)
    await lena.choose(message, "Log as decision")
    await lena.modal.wait_for()
    assert (
        await lena.value("Title") == "Version 3 of churn reaches val_auc 0.940 with 120 small trees"
    )
    await lena.modal.get_by_text("Shall we promote it?").wait_for()
    await lena.fill("Title", "Promote version 3 of churn")
    await lena.fill("Outcome", OUTCOME)
    await lena.picture("steps/decision-from-message", lena.modal)
    await lena.unfold("Tags")
    await lena.close()
    await lena.choose(message, "Log as decision")
    await lena.modal.get_by_text("Your draft of").wait_for()
    assert await lena.value("Title") == "Promote version 3 of churn"
    assert await lena.value("Outcome") == OUTCOME
    await lena.picture("steps/decision-draft", lena.modal)


async def propose(lena: Visitor) -> str:
    await lena.pick("How is it decided?", "Ask the makers: the majority decides")
    await lena.unfold("Evidence")
    await lena.fill("Evidence", "churn v3\nchurn v2\ndata churn-v7\nCHURN-41")
    for name in ("Yuki Tanaka", "Marcus Reed", "Beatriz Souza"):
        await lena.field("Makers").get_by_label(name).check()
    await lena.unfold("What it does and when to look again")
    await lena.pick("Promote a model version", "churn · version 3")
    await lena.fill("What it should come to", "val_auc >= 0.93")
    await lena.fill("Look again when", "val_auc < 0.90 for 2 evaluations")
    await lena.unfold("Consequences")
    await lena.fill("Consequences", "Support calls fewer loyal customers by mistake.")
    await lena.picture("decision-form", lena.modal)
    await lena.send()
    card = lena.message("Promote version 3 of churn · proposed")
    await card.wait_for()
    text = await card.inner_text()
    assert "Marcus Reed is away until" in text
    assert "Lena Fischer agrees" in text
    assert "val_auc 0.94" in text
    await lena.picture("decision-consent", card)
    return text[text.index("D-") :].split(" ")[0]


async def consent(lena: Visitor, visit: Visit, number: str) -> None:
    """Tokyo agrees, São Paulo objects, and is satisfied; New York is away."""
    yuki, beatriz = await visit("Yuki Tanaka"), await visit("Beatriz Souza")
    for person in (yuki, beatriz):
        await person.wait_in("churn-model", person.message(number, "proposed"))
    await beatriz.press(beatriz.message(number, "proposed"), "Object…")
    await beatriz.modal.wait_for()
    await beatriz.picture("steps/decision-objection", beatriz.modal)
    await beatriz.fill("What stands in the way", "Nobody has looked at small accounts yet.")
    await beatriz.send()
    await yuki.press(yuki.message(number, "proposed"), "Agree")
    said = ("Yuki Tanaka agrees", "Beatriz Souza objects: Nobody has looked at small accounts")
    objected = lena.message(number, *said)
    await lena.wait_in("churn-model", objected)
    await lena.picture("steps/decision-objected", objected)
    await beatriz.press(beatriz.message(number, "proposed"), "Agree")


async def promoted(lena: Visitor, show: Show, number: str) -> None:
    card = lena.message(number, "accepted", "Champion of churn is version 3", "checked")
    await lena.wait_in("churn-model", card)
    assert await champion(show) == 3
    await lena.picture("decision", card)
    await lena.open_thread(card)
    await lena.thread.locator(".msg", has_text="Champion of churn is now version 3").wait_for()
    await lena.picture_of_thread("steps/decision-promoted")


async def regression(lena: Visitor, show: Show, number: str) -> str:
    """Two bad evaluations on other data: the makers are asked, the alert offers the way back."""
    for _ in range(2):
        await show.evaluate("--regress")
    asked = lena.message("another look", number)
    await lena.wait_in("Meridian", asked, POLLED / 1000)
    await lena.picture("decision-review", asked)
    alert = lena.message("churn v3 (champion) is worse", f"Promoted by {number}")
    await lena.wait_in("churn-model", alert, POLLED / 1000)
    await lena.picture("steps/decision-alert", alert)
    await lena.press(alert, "Propose rollback")
    await lena.modal.wait_for()
    assert "back to version 2" in await lena.value("Title")
    await lena.picture("steps/decision-rollback", lena.modal)
    await lena.pick("How is it decided?", "It is decided: it holds from now on")
    await lena.send()
    card = lena.message("back to version 2", f"Replaces {number}")
    await lena.wait_in("churn-model", card)
    text = await card.inner_text()
    return text[text.index("D-") :].split(" ")[0]


async def rolled_back(lena: Visitor, show: Show, number: str, undone: str) -> None:
    card = lena.message(undone, "accepted", "Champion of churn is version 2", "checked")
    await lena.wait_in("churn-model", card)
    assert await champion(show) == 2
    await lena.picture("steps/decision-rolled-back", card)
    await lena.told(number, "superseded", f"Superseded by {undone}")


async def why(lena: Visitor, number: str, undone: str) -> None:
    await lena.type("/decide why churn")
    told = await lena.told("only visible to you", undone, number, "version 2")
    assert told.index(undone) < told.index(number)
    await lena.picture("decision-why", lena.message("only visible to you", undone, number))
