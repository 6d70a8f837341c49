"""A small cut of trial 20."""

import pytest

from tests.standins.mlflow import MlflowServer
from tests.trials import hostile

pytestmark = pytest.mark.trial


async def test_hostile_trackers_get_no_stranger_asked_and_no_false_alert(
    mlflow: MlflowServer,
) -> None:
    faults = ("big", "away", "skewed", "not a number")
    results = await hostile.run(mlflow, 1, faults, patience=300)
    assert results.wrong == 0, results.text()


async def test_no_spelling_leads_to_an_address_that_is_refused() -> None:
    results = await hostile.addresses()
    assert results.wrong == 0, results.text()
