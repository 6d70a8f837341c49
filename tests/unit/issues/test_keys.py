"""Which issues runs and decisions name, and of which something must be shown."""

from dataclasses import replace

import pytest

from bot.domain.decisions.issue_names import named_issues
from bot.domain.decisions.record import DecisionBody
from bot.domain.issues.evidence import is_experiment
from bot.domain.issues.run_keys import issue_keys
from tests.unit.digests.builders import issue
from tests.unit.experiments.builders import a_run


@pytest.mark.parametrize(
    ("name", "tag", "keys"),
    [
        ("CHURN-41 lr 3e-4", "", {"CHURN-41"}),
        ("run_CHURN-41_seed2", "", {"CHURN-41"}),
        ("churn-41-focal", "", set()),
        ("lr-5", "", set()),
        ("CHURN-41a", "", set()),
        ("CHURN-041", "", set()),
        ("x", "churn-41, DATA_2-7;CHURN-42", {"CHURN-41", "DATA_2-7", "CHURN-42"}),
        ("x", "https://jira.example/browse/CHURN-41?x=1", {"CHURN-41"}),
        ("CHURN-1", "CHURN-2", {"CHURN-1", "CHURN-2"}),
        ("x", "", set()),
    ],
)
def test_a_run_names_issues_in_its_tag_and_its_name(name: str, tag: str, keys: set[str]) -> None:
    tags = {"jira": tag} if tag else {}
    assert issue_keys(a_run("r", name=name, tags=tags)) == keys


def test_a_decision_names_issues_in_its_texts() -> None:
    body = DecisionBody(title="After CHURN-41", outcome="See (DATA-7), not churn-8 or X-CHURN-9.")
    assert named_issues(body) == {"CHURN-41", "DATA-7"}


def test_only_what_looks_like_an_experiment_must_show_something() -> None:
    assert not is_experiment(issue(1), has_runs=False)
    assert is_experiment(issue(1), has_runs=True)
    assert is_experiment(replace(issue(1), labels=("x", "ML")), has_runs=False)
    assert is_experiment(replace(issue(1), issue_type="Experiment"), has_runs=False)
