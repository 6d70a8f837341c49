"""Who Meridian speaks to: the workspace of one token, or those that installed the app."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.secrets import FernetBox
from bot.clients.slack.clients import Clients, ClientsByToken, only
from bot.clients.slack.connect import Identity, identify, web_client
from bot.clients.slack.oauth import SlackOAuth
from bot.config import Settings
from bot.domain.installation import Team
from bot.domain.links import Links
from bot.ports.installations import Tenants
from bot.ports.transactions import Clock, Transactions
from bot.workflows.tenants import Directory, OneTenant
from bot.workflows.tenants.install import Installer

Authorize = Callable[..., Awaitable[AuthorizeResult]]


@dataclass(frozen=True, kw_only=True)
class Tenancy:
    """What differs between one token and installations: who there is, the client of each, how a
    request is authorized, and who installs further ones (None with one token)."""

    tenants: Tenants
    clients: Clients
    authorize: Authorize
    open: Callable[[], Awaitable[None]]
    installer: Installer | None = None


def one(
    settings: Settings,
    client: AsyncWebClient,
    identity: Identity,
    transactions: Transactions,
    clock: Clock,
) -> Tenancy:
    """The workspace of SLACK_BOT_TOKEN, which sees all that the operator connected."""
    tenant = OneTenant(
        workspace=identity.workspace,
        address=links(settings, identity.url, trackers=True),
        transactions=transactions,
        ask=lambda: identify(client),
    )
    team = Team(id=identity.workspace, name=identity.workspace_name, url=identity.url)
    authorized = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.workspace,
        team=identity.workspace_name,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
        bot_token=identity.token,
    )

    async def authorize() -> AuthorizeResult:
        return authorized

    return Tenancy(
        tenants=tenant,
        clients=only(client),
        authorize=authorize,
        open=lambda: tenant.open(team, clock()),
    )


def many(settings: Settings, transactions: Transactions, clock: Clock) -> Tenancy:
    """Every workspace that installs the app; only those that the operator names see trackers."""
    oauth = SlackOAuth(
        settings.slack_client_id,
        settings.slack_client_secret,
        settings.slack_api_url,
        redirect_uri=settings.redirect_uri,
    )
    box = FernetBox(settings.encryption_keys)
    directory = Directory(
        transactions=transactions,
        box=box,
        oauth=oauth,
        clock=clock,
        tracking=frozenset(settings.tracked_workspaces),
        address=lambda url, trackers: links(settings, url, trackers=trackers),
    )

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        known = await directory.find(team_id or "", enterprise_id or "")
        if known is None:
            # Refused by the listeners, which say so and note it: Bolt would only apologize.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id="")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=known.installation.bot_id,
            bot_user_id=known.installation.bot_user_id,
            bot_token=known.token,
        )

    return Tenancy(
        tenants=directory,
        clients=ClientsByToken(directory.token, settings.slack_api_url, directory.organisation),
        authorize=authorize,
        open=lambda: directory.look(clock()),
        installer=Installer(
            transactions=transactions, box=box, oauth=oauth, tenants=directory, clock=clock
        ),
    )


def clients(settings: Settings, transactions: Transactions, clock: Clock) -> Clients:
    """The Web API client of each workspace, for a command that listens to nobody."""
    if settings.many_workspaces:
        return many(settings, transactions, clock).clients
    return only(web_client(settings.slack_bot_token, settings.slack_api_url))


def links(settings: Settings, slack_url: str, *, trackers: bool) -> Links:
    """Into one Slack workspace and, with `trackers`, into the operator's Jira and MLflow."""
    if not trackers:
        return Links(slack_url=slack_url or None)
    return Links(
        jira_url=settings.jira_site or None,
        mlflow_url=next((each.url for each in settings.mlflow_servers), None),
        mlflow_urls={each.name: each.url for each in settings.mlflow_servers if each.name},
        slack_url=slack_url or None,
    )
