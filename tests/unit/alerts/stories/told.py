"""What was ordered, as stories write it.

- `post A-1`, `edit A-1`: the message of the rule's newest incident (`A-1#2` is its second one)
- `folded A-2 in A-1 (group)`: a line in the thread of another one's message instead of a message
- `line A-1 resolved`: a line about an incident in its thread; `in A-1` where that is another's
- `call ULENA for A-1`: a direct message; `edit call ULENA for A-1` that it is brought up to date
- `source mlflow`, `edit source mlflow`: the notice of a source that doesn't answer
"""

from bot.domain.delivery import Delivery, DeliveryKind
from bot.services.alerts import quiet_notes

QUIET_NOTES = (quiet_notes.SILENCE, quiet_notes.SETTINGS)
"""What the channel is told of a silence or of settings, which stories leave out: their own steps
say it."""


def noted(item: Delivery) -> str:
    """A delivery in the words of stories."""
    text = _words(item)
    return f"edit {text.removeprefix('post ')}" if item.kind is DeliveryKind.EDIT else text


def _words(item: Delivery) -> str:
    subject = item.subject
    if item.card == "alert.source":
        return f"source {subject['source']}"
    label = _label(subject["incident"])
    if item.card == "alert":
        return f"post {label}"
    if item.card == "alert.call":
        return f"call {subject['person']} for {label}"
    assert item.card == "alert.thread", item.card
    told, what = _label(subject.get("member", subject["incident"])), subject["what"]
    thread = _label((item.thread_of or "").removeprefix("alert:")) if item.thread_of else ""
    inside = f" in {thread}" if thread and thread != told else ""
    if what in ("folded", "flapping", "budget"):
        why = subject.get("fold") or subject.get("count")
        return f"{what} {told}{inside}" + (f" ({why})" if why else "")
    facts = [str(v) for k, v in subject.items() if k not in ("incident", "member", "what") and v]
    return " ".join([f"line {told} {what}{inside}", *facts])


def _label(incident_id: str) -> str:
    _workspace, rule, number = incident_id.split(":")
    return rule if number == "1" else f"{rule}#{number}"
