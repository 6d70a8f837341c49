"""Rules of whole surfaces: allowed blocks, counts, unique ids, modal and Home fields."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.standins.slack.blockkit.elements import check_picture
from tests.standins.slack.blockkit.report import Report, Rules
from tests.standins.slack.blockkit.shapes import check_shape
from tests.standins.slack.errors import Json
from tests.standins.slack.limits import LIMITS


def check_message(rules: Rules, blocks: Any, attachments: Any = None) -> list[str]:
    """Problems of a message's blocks and of the blocks in its attachments, empty when none."""
    report = Report(rules=rules)
    check_blocks(report, "/blocks", blocks)
    for number, attachment in enumerate(attachments or []):
        if isinstance(attachment, dict) and attachment.get("blocks"):
            check_blocks(report, f"/attachments/{number}/blocks", attachment["blocks"])
    return report.problems


def check_view(rules: Rules, view: Any) -> list[str]:
    """Problems of a modal or Home view whose type must be the rules' surface."""
    report = Report(rules=rules)
    kind = view.get("type") if isinstance(view, dict) else None
    if kind != rules.surface:
        report.add("/view/type", f"must be one of {rules.surface}")
        return report.problems
    check_shape(report, "/view", view, kind)
    blocks = view.get("blocks")
    check_blocks(report, "/view/blocks", blocks)
    if kind == "modal" and _has(blocks, "input") and not view.get("submit"):
        report.add("/view", "missing required field: submit")
    focused = sum(1 for element in elements_of(blocks) if element.get("focus_on_load"))
    if focused > 1:
        report.add("/view/blocks", "only one element may have focus_on_load")
    return report.problems


def check_blocks(report: Report, at: str, blocks: Any) -> None:
    """Check a list of blocks for the report's surface, uniqueness included."""
    if not isinstance(blocks, list):
        report.add(at, "must be an array")
        return
    most = LIMITS["surfaces"][report.rules.surface]["max_blocks"]
    if len(blocks) > most:
        report.add(at, f"no more than {most} items allowed")
    for number, block in enumerate(blocks):
        _check_block(report, f"{at}/{number}", block)
    _check_unique(report, at, blocks)
    _check_per_message(report, at, blocks)


def elements_of(blocks: Any) -> Iterator[Json]:
    """Every element of these blocks: accessories, inputs, action elements."""
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, dict):
            continue
        several = block.get("elements")
        found = [block.get("accessory"), block.get("element")]
        found += several if isinstance(several, list) else []
        yield from (element for element in found if isinstance(element, dict))


def _check_block(report: Report, at: str, block: Any) -> None:
    kind = str(block.get("type")) if isinstance(block, dict) else "none"
    surface = LIMITS["surfaces"][report.rules.surface]
    if kind in surface["not_modelled"]:
        report.add(at, f"unsupported type: {kind} (this fake does not model it)")
    elif kind not in surface["types"] or _no_charts(report, kind):
        report.add(at, f"unsupported type: {kind}")
    else:
        check_shape(report, at, block, "image_block" if kind == "image" else kind)
        _check_block_rules(report, at, block)


def _no_charts(report: Report, kind: str) -> bool:
    return kind == "data_visualization" and not report.rules.native_charts


def _check_block_rules(report: Report, at: str, block: Json) -> None:
    if block["type"] == "section" and not (block.get("text") or block.get("fields")):
        report.add(at, "missing required field: text or fields")
    if block["type"] == "image":
        check_picture(report, at, block)
    element = block.get("element")
    takes_files = isinstance(element, dict) and element.get("type") == "file_input"
    if takes_files and report.rules.surface != "modal":
        report.add(f"{at}/element", "unsupported type: file_input")


def _check_unique(report: Report, at: str, blocks: list[Any]) -> None:
    named = [block for block in blocks if isinstance(block, dict)]
    counts = Counter(str(block["block_id"]) for block in named if block.get("block_id"))
    for block_id in (name for name, count in counts.items() if count > 1):
        report.add(at, f"block_id {block_id} already exists")
    for number, block in enumerate(blocks):
        ids = Counter(str(e["action_id"]) for e in elements_of([block]) if e.get("action_id"))
        for action_id in (name for name, count in ids.items() if count > 1):
            report.add(f"{at}/{number}", f"action_id {action_id} already exists")


def _check_per_message(report: Report, at: str, blocks: list[Any]) -> None:
    caps = LIMITS["per_message"]
    kinds = Counter(str(block.get("type")) for block in blocks if isinstance(block, dict))
    for kind in ("table", "data_visualization"):
        if kinds[kind] > caps[kind]:
            report.add(at, f"no more than {caps[kind]} {kind} blocks allowed")
    markdown = [b for b in blocks if isinstance(b, dict) and b.get("type") == "markdown"]
    if sum(len(str(block.get("text"))) for block in markdown) > caps["markdown_characters"]:
        report.add(at, f"markdown must be less than {caps['markdown_characters'] + 1} characters")


def _has(blocks: Any, kind: str) -> bool:
    found = blocks if isinstance(blocks, list) else []
    return any(isinstance(block, dict) and block.get("type") == kind for block in found)
