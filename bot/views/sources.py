"""What the outside systems are called."""

from bot.views.text import clean

_NAMES = {"jira": "Jira", "mlflow": "MLflow"}


def source_name(source: str) -> str:
    """`MLflow` for `mlflow`, `MLflow eu` for `mlflow:eu`."""
    kind, _, server = source.partition(":")
    return f"{_NAMES.get(kind) or clean(kind)} {clean(server)}".rstrip()
