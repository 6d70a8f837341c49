"""What is said where no MLflow is connected."""

NOT_CONNECTED = (
    "MLflow isn't connected, so there are no experiments to show. Whoever runs Meridian connects "
    "it with `MLFLOW_TRACKING_URI`."
)
