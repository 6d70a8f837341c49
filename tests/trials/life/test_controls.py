"""The controls reach the rules that they break."""

import pytest

from tests.trials.life.controls import CONTROLS, Control


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.rule)
def test_a_control_breaks_something_that_is_there(control: Control) -> None:
    with control.broken():
        pass
