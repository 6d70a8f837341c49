"""The demo's models and how they are trained; the training script logs what they yield."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_squared_error,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from train_data import Data

SEGMENTS = ("small", "middle", "large")

Curve = dict[str, list[float]]


@dataclass(kw_only=True)
class Work:
    """What one run yields while it is under way: one value per step for each metric."""

    curves: Curve = field(default_factory=dict)
    model: object = None

    def log(self, **metrics: float) -> None:
        """Adds the next step."""
        for name, value in metrics.items():
            self.curves.setdefault(name, []).append(float(value))


def train_boosting(
    work: Work,
    data: Data,
    seed: int,
    lr: float,
    depth: int,
    trees: int = 60,
    loss: str = "log_loss",
) -> None:
    """Gradient boosting on churn, its metrics after every fifth tree."""
    model = GradientBoostingClassifier(
        n_estimators=trees,
        learning_rate=lr,
        max_depth=depth,
        loss=loss,
        subsample=0.8,
        random_state=seed,
    ).fit(*data.sample(seed))
    for stage, chances in enumerate(model.staged_predict_proba(data.val)):
        if stage % 5 == 4:
            work.log(**churn_metrics(data.val_target, chances[:, 1]))
    work.model = model


def train_logistic(work: Work, data: Data, seed: int, C: float) -> None:
    """Logistic regression on churn."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500))
    model.fit(*data.sample(seed))
    work.log(**churn_metrics(data.val_target, model.predict_proba(data.val)[:, 1]))
    work.model = model


def train_digits(work: Work, data: Data, seed: int, alpha: float, epochs: int) -> None:
    """A linear classifier on digits by stochastic gradient descent, its metrics per epoch."""
    model = SGDClassifier(loss="log_loss", alpha=alpha, random_state=seed)
    rows, target = data.sample(seed)
    for epoch in range(epochs):
        order = np.random.default_rng(seed + epoch).permutation(len(rows))
        model.partial_fit(rows[order], target[order], classes=np.arange(10))
        chances = model.predict_proba(data.val)
        work.log(
            val_accuracy=accuracy_score(data.val_target, chances.argmax(axis=1)),
            val_loss=log_loss(data.val_target, chances, labels=np.arange(10)),
        )


def train_ridge(work: Work, data: Data, seed: int, alpha: float) -> None:
    """Ridge regression on diabetes."""
    _regress(work, data, seed, Ridge(alpha=alpha))


def train_forest(work: Work, data: Data, seed: int, trees: int) -> None:
    """A random forest on diabetes."""
    _regress(work, data, seed, RandomForestRegressor(n_estimators=trees, random_state=seed))


def _regress(work: Work, data: Data, seed: int, model: Ridge | RandomForestRegressor) -> None:
    model.fit(*data.sample(seed))
    error = mean_squared_error(data.val_target, model.predict(data.val))
    work.log(val_rmse=error**0.5)


def churn_metrics(target: np.ndarray, chances: np.ndarray) -> dict[str, float]:
    """What a model of churn is judged by."""
    return {
        "val_auc": roc_auc_score(target, chances),
        "val_logloss": log_loss(target, chances),
        "val_accuracy": accuracy_score(target, chances > 0.5),
        "val_recall_at_40": _reached(target, chances, 0.4),
        "n_eval": len(target),
    }


def _reached(target: np.ndarray, chances: np.ndarray, share: float) -> float:
    """Which share of those who leave is among that share of accounts with the highest chances."""
    called = np.argsort(chances)[-round(share * len(target)) :]
    return float(target[called].sum() / target.sum())


def by_segment(data: Data, chances: np.ndarray) -> dict[str, float]:
    """AUC among small, middle and large accounts."""
    size = data.val[:, -1]
    third = np.digitize(size, np.quantile(size, (1 / 3, 2 / 3)))
    return {
        f"val_auc/segment/{name}": roc_auc_score(
            data.val_target[third == number], chances[third == number]
        )
        for number, name in enumerate(SEGMENTS)
    }


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a kind of model is trained, the type of each param, and a mistake that is easily made."""

    train: Callable[..., None]
    params: Mapping[str, Callable[[str], object]]
    mistake: Mapping[str, str]


RECIPES = {
    "boosting": Recipe(
        train=train_boosting,
        params={"lr": float, "depth": int, "trees": int},
        mistake={"lr": "3.0"},
    ),
    "logistic": Recipe(train=train_logistic, params={"C": float}, mistake={"C": "1e-09"}),
}
