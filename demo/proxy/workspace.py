"""The demo's team, and the one YAML file that local-slack and the proxy both read."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import yaml

COMMANDS = ("/standup", "/decide", "/experiment", "/alert", "/digest", "/meridian")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of the demo's team; `tz` is an IANA zone name."""

    id: str
    name: str
    real_name: str
    tz: str

    @property
    def email(self) -> str:
        """The address other systems (Jira, MLflow) know this person by."""
        return f"{self.name}@example.com"


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut of the app's configuration: offered on messages, or everywhere (global)."""

    name: str
    callback_id: str
    type: Literal["message", "global"] = "message"


@dataclass(frozen=True, kw_only=True)
class BotApp:
    """The app as local-slack knows it, with the commands and shortcuts it has registered."""

    app_id: str
    bot_user_id: str
    bot_name: str
    bot_token: str
    app_token: str
    signing_secret: str
    commands: tuple[str, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()

    @property
    def bot_id(self) -> str:
        """The bot id (B…) local-slack derives from the bot's user id."""
        return f"B{self.bot_user_id[1:]}"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The parts of the configuration file that the proxy needs."""

    name: str
    domain: str
    team_id: str
    app: BotApp


TEAM = (
    Person(id="U01YUKI", name="yuki", real_name="Yuki Tanaka", tz="Asia/Tokyo"),
    Person(id="U02ANANYA", name="ananya", real_name="Ananya Rao", tz="Asia/Kolkata"),
    Person(id="U03LENA", name="lena", real_name="Lena Fischer", tz="Europe/Berlin"),
    Person(id="U04MARCUS", name="marcus", real_name="Marcus Reed", tz="America/New_York"),
    Person(id="U05BEATRIZ", name="beatriz", real_name="Beatriz Souza", tz="America/Sao_Paulo"),
)
OWNER = "U03LENA"
"""Who owns the workspace in Slack, and so is Meridian's first owner."""

CHANNELS = {"churn-model": "C01CHURN", "general": "C02GENERAL"}
MERIDIAN = BotApp(
    app_id="A0MERIDIAN",
    bot_user_id="U0MERIDIAN",
    bot_name="Meridian",
    bot_token="xoxb-demo",
    app_token="xapp-demo",
    signing_secret="demo-secret",
    commands=COMMANDS,
)


def write_config(
    path: Path,
    *,
    commands: tuple[str, ...] = COMMANDS,
    shortcuts: tuple[Shortcut, ...] = (),
) -> None:
    """Write the demo's workspace to `path`: five people, two channels with all of them, the bot."""
    members = [*(person.id for person in TEAM), MERIDIAN.bot_user_id]
    app = {
        "appId": MERIDIAN.app_id,
        "botUserId": MERIDIAN.bot_user_id,
        "botName": MERIDIAN.bot_name,
        "botToken": MERIDIAN.bot_token,
        "appToken": MERIDIAN.app_token,
        "signingSecret": MERIDIAN.signing_secret,
        "mode": "socket",
        "commands": list(commands),
        "shortcuts": [asdict(shortcut) for shortcut in shortcuts],
    }
    config = {
        "workspace": {"name": "Acme ML", "domain": "acme-ml", "teamId": "T01ACME"},
        "apps": [app],
        "users": [{**asdict(person), "email": person.email} for person in TEAM],
        "channels": [
            {"id": channel_id, "name": name, "members": members}
            for name, channel_id in CHANNELS.items()
        ],
    }
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), "utf-8")


def load_config(path: Path) -> Workspace:
    """Read a configuration file; its first app is the bot behind the proxy."""
    config = yaml.safe_load(path.read_text("utf-8"))
    app = config["apps"][0]
    return Workspace(
        name=config["workspace"]["name"],
        domain=config["workspace"]["domain"],
        team_id=config["workspace"]["teamId"],
        app=BotApp(
            app_id=app["appId"],
            bot_user_id=app["botUserId"],
            bot_name=app["botName"],
            bot_token=app["botToken"],
            app_token=app["appToken"],
            signing_secret=app["signingSecret"],
            commands=tuple(app.get("commands", ())),
            shortcuts=tuple(Shortcut(**item) for item in app.get("shortcuts", ())),
        ),
    )
