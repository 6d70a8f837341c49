"""What is handed to operators names only what exists, and starts nothing as root."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from bot.__main__ import _parser
from bot.config import Settings
from handlers.metrics import Metrics

ROOT = Path(__file__).parents[2]
RULES = "docs/prometheus-alerts.yaml"
DASHBOARD = "docs/grafana-dashboard.json"

# What only the other containers and the compose file itself read.
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "MERIDIAN_DOMAIN"}

_METRIC = re.compile(r"\b(?:meridian|process)_[a-z0-9_]+\b")
_NAMES = re.compile(r"\b(?:SLACK|JIRA|MLFLOW|DATABASE|MERIDIAN|POSTGRES)_[A-Z0-9_]+\b")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    return found


def kubernetes() -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(read("docs/kubernetes.yaml")) if each]


def pods() -> dict[str, dict[str, Any]]:
    """The pod of each workload, by the workload's name."""

    def specs(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, Mapping):
            if "containers" in value:
                yield dict(value)
            for each in value.values():
                yield from specs(each)

    return {
        each["metadata"]["name"]: pod for each in kubernetes() for pod in specs(each.get("spec"))
    }


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(read(RULES))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    return [each for each in json.loads(read(DASHBOARD))["panels"] if each["type"] != "row"]


def expressions() -> list[str]:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*asked, *(rule["expr"] for rule in rules())]


def exposed() -> set[str]:
    """The names under which Prometheus keeps what we expose."""
    metrics = Metrics()
    metrics.watch(ended_at={"tick": datetime.now(UTC)}, problem=str)
    return {name for family in metrics.registry.collect() for name in _series(family)}


def _series(family: Metric) -> list[str]:
    suffixes = {
        "counter": ["_total"],
        "histogram": ["_bucket", "_sum", "_count"],
        "info": ["_info"],
    }
    return [family.name + suffix for suffix in suffixes.get(family.type, [""])]


def test_every_metric_that_is_asked_for_exists() -> None:
    asked = {name for expression in expressions() for name in _METRIC.findall(expression)}
    assert asked - exposed() == set()


def test_every_metric_of_ours_is_shown_or_watched() -> None:
    asked = {name for expression in expressions() for name in _METRIC.findall(expression)}
    ours = {name for name in exposed() if name.startswith("meridian_")}
    unseen = {n for n in ours - asked if not n.endswith(("_sum", "_count"))}
    assert unseen == set()


@pytest.mark.parametrize("expression", expressions())
def test_expressions_are_whole(expression: str) -> None:
    for left, right in ("()", "{}", "[]"):
        assert expression.count(left) == expression.count(right)
    assert expression.count('"') % 2 == 0


def test_labels_don_t_clash_with_those_of_the_scrape() -> None:
    """Prometheus would rename ours to `exported_job`."""
    metrics = Metrics()
    metrics.watch(ended_at={"tick": datetime.now(UTC)}, problem=str)
    metrics.requests.labels("command", "ok").inc()
    labels = {
        label
        for family in metrics.registry.collect()
        for sample in family.samples
        for label in sample.labels
    }
    assert labels.isdisjoint({"job", "instance"})


def test_every_rule_is_explained() -> None:
    manual = read("docs/operations.md")
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert f"`{rule['alert']}`" in manual, rule["alert"]


def test_panels_stand_beside_each_other() -> None:
    ids = [each["id"] for each in json.loads(read(DASHBOARD))["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (place["x"] + dx, place["y"] + dy)
            for dx in range(place["w"])
            for dy in range(place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_only_settings_that_exist_are_set() -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"MERIDIAN_{name}" for name in known} | NOT_OURS
    for file in ("compose.yaml", "docs/kubernetes.yaml", "Dockerfile"):
        assert set(_NAMES.findall(read(file))) - known == set(), file


def test_only_commands_that_exist_are_run() -> None:
    text = " ".join(map(read, ("compose.yaml", "docs/kubernetes.yaml")))
    run = set(re.findall(r"\[meridian, ([a-z-]+)", text)) | {"backup"}
    assert {"run", "worker", "migrate", "backup"} <= run
    assert run <= _words()
    told = set(re.findall(r"`meridian ([a-z-]+)", read("docs/operations.md") + read(RULES)))
    assert told >= {"backup", "restore", "doctor", "migrate", "run", "worker", "tick"}
    assert told <= _words()


def _words() -> set[str]:
    (words,) = (each for each in _parser()._actions if each.dest == "==SUPPRESS==" or each.choices)
    return set(words.choices or ())


OURS = ["migrate", "bot", "worker", "backup"]


@pytest.mark.parametrize("name", OURS)
def test_compose_gives_our_processes_no_rights(name: str) -> None:
    service = compose()["services"][name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "cap_add" not in service
    assert not service.get("privileged")
    assert not service.get("ports")


def test_compose_runs_two_of_each_after_one_migration() -> None:
    services = compose()["services"]
    for name in ("bot", "worker"):
        assert services[name]["deploy"]["replicas"] == 2
        wanted = services[name]["depends_on"]["migrate"]["condition"]
        assert wanted == "service_completed_successfully"
    assert compose()["networks"]["inside"]["internal"] is True
    assert services["postgres"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", sorted(pods()))
def test_kubernetes_gives_our_processes_no_rights(name: str) -> None:
    pod = pods()[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_kubernetes_runs_two_of_each() -> None:
    replicas = {
        each["metadata"]["name"]: each["spec"]["replicas"]
        for each in kubernetes()
        if each["kind"] == "Deployment"
    }
    assert replicas == {"meridian-bot": 2, "meridian-worker": 2}
    for name in replicas:
        (container,) = pods()[name]["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    users = re.findall(r"^USER (\S+)$", read("Dockerfile"), re.M)
    assert users[-1] == "10001:10001"
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", read("Dockerfile"), re.M)
    assert stages[-1] == ("meridian", ""), "the plain image is what is built without a target"
    assert {build["target"] for build in _builds()} <= {name for _, name in stages}


def _builds() -> list[dict[str, Any]]:
    return [each["build"] for each in compose()["services"].values() if "build" in each]
