"""Names of things on one of several tracking servers.

Ids of experiments and names of experiments and models begin with their server's name and a slash
(`eu/3`, `eu/churn`); those of the default server have neither. MLflow allows no slash in an id or
in a model's name, so the beginning is never in doubt there. Ids of runs are unique by themselves.
"""

SOURCE = "mlflow"
"""The default server among the sources; the one called `eu` is `mlflow:eu`."""


def server_of(qualified: str) -> str:
    """The server's name in an experiment's id or a model's name; empty for the default one."""
    return qualified.rpartition("/")[0]


def bare(qualified: str) -> str:
    """An experiment's id or a model's name as its own server knows it."""
    return qualified.rpartition("/")[2]


def qualified(server: str, name: str) -> str:
    """What the server called `server` knows as `name`, as everybody else here knows it."""
    return f"{server}/{name}" if server else name


def source_of(server: str) -> str:
    """The name of a server among the sources."""
    return f"{SOURCE}:{server}" if server else SOURCE


def is_mlflow(source: str) -> bool:
    """Whether a source is an MLflow server."""
    return source.partition(":")[0] == SOURCE


def server_name(source: str) -> str:
    """The server's name in the name of a source; empty for the default one."""
    return source.partition(":")[2]
