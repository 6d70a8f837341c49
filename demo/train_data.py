"""The demo's data sets, as the training script reads them: it runs where MLflow is installed."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

WEAK_COLUMNS = [1, 4, 8, 9, 14, 18, 24, 28]


@dataclass(frozen=True, kw_only=True)
class Data:
    """One data set, split into a training and a validation part."""

    name: str
    train: np.ndarray
    train_target: np.ndarray
    val: np.ndarray
    val_target: np.ndarray

    def sample(self, seed: int, share: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """The part of the training rows that one seed trains on."""
        chosen = choose(len(self.train), share, seed)
        return self.train[chosen], self.train_target[chosen]


@cache
def churn() -> Data:
    """churn-v7, the data that the champion was trained for."""
    bunch = load_breast_cancer()
    return split("churn-v7", bunch.data[:, WEAK_COLUMNS], 1 - bunch.target, 0.4)


def broken_churn() -> Data:
    """churn-v8: one column arrives 12 % too high and a third of another is lost (zero)."""
    good = churn()
    val = good.val.copy()
    val[:, 1] *= 1.12
    val[choose(len(val), 0.33, 8), 0] = 0.0
    return replace(good, name="churn-v8", val=val)


def split(name: str, rows: np.ndarray, target: np.ndarray, share: float) -> Data:
    """A data set of which `share` is for validation."""
    train, val, train_target, val_target = train_test_split(
        rows, target, test_size=share, random_state=0
    )
    return Data(name=name, train=train, train_target=train_target, val=val, val_target=val_target)


def choose(count: int, share: float, seed: int) -> np.ndarray:
    """The indices of a `share` of `count` rows, the same for the same seed."""
    generator = np.random.default_rng(seed)
    return generator.choice(count, size=round(count * share), replace=False)
