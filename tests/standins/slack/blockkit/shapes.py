"""Walks a payload along the shapes of ``limits.json``: fields, types, nesting, item counts."""

from typing import Any

from tests.standins.slack.blockkit.charts import check_chart
from tests.standins.slack.blockkit.elements import check_element
from tests.standins.slack.blockkit.fields import SIMPLE, Check, Spec, check_length
from tests.standins.slack.blockkit.report import Report
from tests.standins.slack.limits import SHAPES


def check_shape(report: Report, at: str, value: Any, shape: str, *, tagged: bool = True) -> None:
    """Check an object's own fields; ``tagged`` objects carry a ``type`` besides."""
    if not isinstance(value, dict):
        report.add(at, "must be an object")
        return
    fields = SHAPES[shape]
    for name in value:
        if name not in fields and not (tagged and name == "type"):
            report.add(at, f"invalid additional property: {name}")
    for name, spec in fields.items():
        if name in value:
            check_field(report, f"{at}/{name}", value[name], spec)
        elif spec.get("required"):
            report.add(at, f"missing required field: {name}")


def check_field(report: Report, at: str, value: Any, spec: Spec) -> None:
    """Check one value against its field's specification."""
    CHECKS[spec["kind"]](report, at, value, spec)


def _text(report: Report, at: str, value: Any, spec: Spec) -> None:
    allowed = ["plain_text"] if spec["kind"] == "plain" else ["plain_text", "mrkdwn"]
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in allowed:
        report.add(f"{at}/type" if kind else at, f"must be one of {', '.join(allowed)}")
        return
    check_shape(report, at, value, str(kind))
    if isinstance(value.get("text"), str) and spec.get("max", 3000) != 3000:
        check_length(report, f"{at}/text", value["text"], {"min": 0, "max": spec["max"]})


def _list(report: Report, at: str, value: Any, spec: Spec) -> None:
    least, most = spec["items"]
    if not isinstance(value, list):
        report.add(at, "must be an array")
        return
    if len(value) < least:
        report.add(at, f"no fewer than {least} items allowed")
    if len(value) > most:
        report.add(at, f"no more than {most} items allowed")
    for number, item in enumerate(value):
        check_field(report, f"{at}/{number}", item, spec["of"])


def _object(report: Report, at: str, value: Any, spec: Spec) -> None:
    check_shape(report, at, value, spec["shape"], tagged=False)


def _typed(report: Report, at: str, value: Any, spec: Spec) -> None:
    kind = str(value.get("type")) if isinstance(value, dict) else "none"
    if kind not in spec["types"]:
        report.add(at, f"unsupported type: {kind}")
        return
    before = len(report.problems)
    check_shape(report, at, value, kind)
    if len(report.problems) == before:  # rules across fields presume well-formed fields
        check_element(report, at, value)


def _chart(report: Report, at: str, value: Any, spec: Spec) -> None:
    check_chart(report, at, value)


CHECKS: dict[str, Check] = SIMPLE | {
    "plain": _text,
    "text": _text,
    "list": _list,
    "object": _object,
    "typed": _typed,
    "chart": _chart,
}
