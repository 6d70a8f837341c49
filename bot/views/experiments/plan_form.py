"""The form of a model's plan, and what people filled in."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.experiments.plan import ModelPlan
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context, lines
from bot.views.forms import FormState, channel_input, modal, people_input, text_input
from bot.views.text import URL_LIMIT, clean, escape, words

CALLBACK_PLAN = "experiment.plan"
LONGEST = 3650

_DATA = 300


def form(plan: ModelPlan, seen: datetime | None, *, notice: str = "") -> Modal:
    """The plan as it is, or as it was typed; `seen` is the `changed_at` of the kept one."""
    blocks: list[Block] = [lines([words(clean(plan.model), bold=True)])]
    if notice:
        blocks.append(context(escape(notice)))
    blocks += [
        people_input("owner", "Owner", initial=[plan.owner], hint="One person."),
        people_input("deputies", "Deputies", initial=plan.deputies, optional=True),
        text_input(
            "cadence",
            "Retrain every so many days",
            initial=str(plan.cadence_days or ""),
            optional=True,
            limit=5,
            placeholder="30",
            hint="Left empty, nothing was agreed and nothing gets overdue.",
        ),
        text_input(
            "data",
            "Data set and version in use",
            initial=plan.data,
            optional=True,
            limit=_DATA,
            placeholder="churn-v7",
        ),
        text_input(
            "description",
            "What it is, and where the data is from",
            initial=plan.description,
            optional=True,
            multiline=True,
        ),
        text_input(
            "runbook",
            "Address of the runbook",
            initial=plan.runbook,
            optional=True,
            limit=URL_LIMIT,
            placeholder="https://wiki.example.com/churn",
        ),
    ]
    if plan.channel:
        label = "Where it is said that it is overdue"
        blocks.append(channel_input("channel", label, initial=plan.channel))
    hidden = {"model": plan.model, "seen": seen.isoformat() if seen else ""}
    return modal(CALLBACK_PLAN, "Data card and plan", blocks, submit="Save", hidden=hidden)


def read(state: FormState, workspace: str, author: str, now: datetime) -> ModelPlan:
    """The plan that was filled in; raises InvalidForm."""
    wrong: dict[str, str] = {}
    owners, deputies = state.people("owner"), state.people("deputies")
    if len(owners) != 1:
        wrong["owner"] = "Pick one person; others who may act are deputies."
    cadence, runbook = state.text("cadence"), state.text("runbook")
    if cadence and not (cadence.isdecimal() and 0 < int(cadence) <= LONGEST):
        wrong["cadence"] = "Type whole days, such as 30, or leave it empty."
    if runbook and not runbook.startswith(("http://", "https://")):
        wrong["runbook"] = "Paste an address that begins with https://, or leave it empty."
    elif len(runbook.split()) > 1:
        wrong["runbook"] = "One address, without blanks."
    if wrong:
        raise InvalidForm(wrong)
    return ModelPlan(
        workspace=workspace,
        model=str(state.hidden["model"]),
        owner=owners[0],
        deputies=tuple(user_id for user_id in deputies if user_id != owners[0]),
        cadence_days=int(cadence or 0),
        data=clean(state.text("data"), _DATA),
        description=state.text("description"),
        runbook=runbook,
        channel=state.channel("channel"),
        changed_by=author,
        changed_at=now,
    )


def seen_of(hidden: Mapping[str, str]) -> datetime | None:
    """The `changed_at` of the plan that the form showed, None for a first one."""
    text = hidden.get("seen", "")
    return datetime.fromisoformat(text) if text else None
