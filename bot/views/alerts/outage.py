"""The one message about a source that doesn't answer."""

from bot.domain.alerts.outages import Outage
from bot.ports.chat import Message
from bot.views.alerts.wording import span
from bot.views.blocks import context, lines, message
from bot.views.text import Line, clean, escape, moment, words

_PRODUCTS = {"mlflow": "MLflow"}
_REASON = 200


def notice(outage: Outage) -> Message:
    """That alerts keep their state meanwhile, or that it is back."""
    name = words(_named(outage.source), bold=True)
    if outage.back_at is not None:
        length = span(outage.back_at - outage.since)
        back: Line = ["✅ ", name, " is back at ", moment(outage.back_at, "{time}")]
        back.append(f" after {length}. Alerts are evaluated again.")
        return message(back, [lines(back)])
    since = moment(outage.since)
    told: Line = ["🔴 ", name, " hasn't answered since ", since, ". Alerts keep their state, "]
    told.append("and none is raised or closed until it is back.")
    return message(told, [lines(told), context(f"It said: {_shown(outage.reason)}")])


def _named(source: str) -> str:
    """A further server is called by the name that it has in the settings: `mlflow:eu`."""
    product, _, server = source.partition(":")
    known = _PRODUCTS.get(product, product)
    return clean(f"{known} ({server})" if server else known, 80)


def _shown(reason: str) -> str:
    return escape(clean(reason, _REASON)) or "nothing"
