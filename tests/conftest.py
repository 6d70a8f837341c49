"""Fixtures that several suites share."""

from collections.abc import Iterator

import pytest

from tests.standins.mlflow import MlflowServer, mlflow_server


@pytest.fixture(scope="session")
def mlflow() -> Iterator[MlflowServer]:
    """The one real MLflow server of a test run: it takes ten seconds to start."""
    with mlflow_server() as started:
        yield started
