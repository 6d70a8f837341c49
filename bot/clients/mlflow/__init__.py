"""MLflow 3.x as an `ExperimentTracker`; importing this package does not import `mlflow`."""

from bot.clients.mlflow.named import NamedTracker, Server
from bot.clients.mlflow.servers import MlflowServers
from bot.clients.mlflow.tracker import MlflowTracker

__all__ = ["MlflowServers", "MlflowTracker", "NamedTracker", "Server"]
