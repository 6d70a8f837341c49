"""Flow 2: a decision is logged, found, shown, kept from being edited, and superseded."""

import re

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Use LightGBM for churn"
OUTCOME = "We use LightGBM because it trains in a tenth of the time at the same AUC."


async def test_a_decision_from_its_title_to_its_successor(lena: Visitor) -> None:
    number = await log(lena)
    await look_up(lena, f"D-{number}")
    await supersede(lena, f"D-{number}", f"D-{number + 1}")


async def log(lena: Visitor) -> int:
    await lena.type(f"/decide {TITLE}")
    await lena.modal.wait_for()
    assert await lena.field("Title").locator("input").input_value() == TITLE
    await lena.fill("Outcome", OUTCOME)
    await lena.unfold("Options", "Consequences", "People", "Tags")
    assert await lena.field("Makers").get_by_label("Lena Fischer").is_checked()
    await lena.fill("Considered options", "Keep the old booster: known faults\nLightGBM: fast")
    await lena.fill("Consequences", "The nightly job ends before Tokyo starts.")
    await lena.fill("Tags", "churn, model")
    await lena.field("Makers").get_by_label("Marcus Reed").check()
    await lena.picture("steps/decision-form", lena.modal)
    await lena.send()
    card = await lena.told(f" · {TITLE} · accepted", OUTCOME)
    for part in ("Considered options", "LightGBM: fast", "Consequences", "churn, model"):
        assert part in card
    assert "Makers Lena Fischer, Marcus Reed" in card
    await lena.picture("steps/decision-logged", lena.message(f" · {TITLE}", OUTCOME))
    found = re.search(rf"D-(\d+) · {TITLE}", card)
    assert found is not None
    return int(found[1])


async def look_up(lena: Visitor, ref: str) -> None:
    await lena.type("/decide list")
    listed = await lena.told("only visible to you", "D-1 ·", f"{ref} ·")
    assert listed.index(f"{ref} ·") < listed.index("D-3 ·") < listed.index("D-1 ·")
    await lena.type(f"/decide show {ref.lower()}")
    await lena.told("only visible to you", f"{ref} · {TITLE}", "What happened", "logged it")
    await lena.type("/decide search lightgbm tenth")
    found = await lena.told("only visible to you", "tenth of the time", "accepted")
    assert "D-1 ·" not in found
    await lena.type(f"/decide edit {ref}")
    refused = await lena.told("only visible to you", f"/decide supersede {ref}")
    assert ref in refused
    await lena.picture(
        "steps/decision-kept", lena.message("only visible to you", f"supersede {ref}")
    )
    assert await lena.modal.count() == 0


async def supersede(lena: Visitor, ref: str, newer: str) -> None:
    await lena.type(f"/decide supersede {ref}")
    await lena.modal.wait_for()
    assert await lena.field("Title").locator("input").input_value() == TITLE
    await lena.fill("Title", "Use CatBoost for churn")
    await lena.fill("Outcome", "We use CatBoost because it needs no encoding of the plans.")
    await lena.send()
    await lena.told(f"{newer} · Use CatBoost for churn · accepted", f"Replaces {ref}")
    await lena.told(f"{ref} · {TITLE} · superseded", f"Superseded by {newer}", "(edited)")
    await lena.picture(
        "steps/decision-superseded",
        lena.message(f"{ref} · {TITLE}", f"Superseded by {newer}"),
    )
