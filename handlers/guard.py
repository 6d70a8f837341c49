"""The one place that catches broadly: every error becomes a plain sentence."""

from collections.abc import Awaitable
from time import perf_counter
from uuid import uuid4

import structlog

from bot.errors import (
    AlreadyHandled,
    ExternalServiceError,
    InvalidForm,
    NotPermitted,
    UserError,
)
from bot.ports.chat import Message
from bot.views.blocks import note
from bot.views.text import escape
from handlers.audited import Refusals
from handlers.metrics import Metrics
from handlers.replies import Done, Reply, Tell
from handlers.requests import Request

log = structlog.get_logger()


class Guard:
    """Runs a handler's work and counts what became of it."""

    def __init__(self, metrics: Metrics, refusals: Refusals) -> None:
        self._metrics = metrics
        self._refusals = refusals

    async def __call__(
        self, request: Request, work: Awaitable[Reply], *, forms: bool = False
    ) -> Reply:
        """The work's reply, or what to tell instead; `forms` lets InvalidForm through."""
        outcome, begun = "refused", perf_counter()
        try:
            reply = await work
            outcome = "ok"
            return reply
        except AlreadyHandled:
            outcome = "repeated"
            return Done()
        except InvalidForm as error:
            if isinstance(error.__cause__, NotPermitted):
                await self._refusals.keep(request)
            if forms:
                raise
            return Tell(message=_sentence(str(error)))
        except NotPermitted as error:
            await self._refusals.keep(request)
            return Tell(message=_sentence(str(error)))
        except UserError as error:
            return Tell(message=_sentence(str(error)))
        except ExternalServiceError as error:
            outcome = "outside_failed"
            log.warning("outside_call_failed", key=request.key, error=str(error), code=error.code)
            return Tell(message=_sentence(f"{error} Nothing was changed."))
        except Exception:
            outcome = "failed"
            reference = uuid4().hex[:8]
            log.exception("handler_failed", key=request.key, reference=reference)
            return Tell(message=note(_unexpected(reference)))
        finally:
            kind = type(request).__name__.lower()
            self._metrics.requests.labels(kind, outcome).inc()
            self._metrics.seconds.labels(kind).observe(perf_counter() - begun)


def _sentence(text: str) -> Message:
    """Our own words in mrkdwn; names and what was typed in them is neither link nor mention."""
    return note(escape(text))


def _unexpected(reference: str) -> str:
    return (
        f"Something went wrong on my side (reference {reference}); nothing was changed. "
        "Try again; if it stays, tell whoever runs Meridian that reference."
    )
