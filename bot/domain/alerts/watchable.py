"""What there is to make rules on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watchable:
    """Names to choose from; `metrics` and `aliases` are those of the chosen experiment or model."""

    experiments: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no rule can be made."""
        return not (self.experiments or self.models)

    @property
    def patterns(self) -> tuple[str, ...]:
        """What stands for several of the metrics at once: `f1/slice=*` for `f1/slice=eu`."""
        found = {name.rpartition("=")[0] + "=*" for name in self.metrics if "=" in name}
        return tuple(sorted(found))
