"""MLflow 3.x as an `ExperimentTracker`; importing this package does not import `mlflow`."""

from bot.clients.mlflow.tracker import MlflowTracker

__all__ = ["MlflowTracker"]
