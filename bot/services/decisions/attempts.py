"""Messages that are written anew, under a numbered id, where they could not be sent."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from bot.domain.delivery import Delivery, DeliveryState
from bot.ports.repositories import UnitOfWork

ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.SENDING)
CAME_TO_NOTHING = (DeliveryState.SKIPPED, DeliveryState.FAILED)

K = TypeVar("K", bound=Hashable)


def made(
    uow: UnitOfWork, keys: Iterable[K], id_of: Callable[[K, int], str]
) -> Mapping[K, list[Delivery]]:
    """Every attempt to send each of several messages, in order; only the last can have been sent.

    `id_of` numbers them from 1. As many queries as the longest series takes, each reading twice as
    far as the one before: how many messages there are doesn't count.
    """
    found: dict[K, list[Delivery]] = {key: [] for key in keys}
    left, first = list(found), 1
    while left:
        nths = range(first, 2 * first)
        known = uow.deliveries.several([id_of(key, nth) for key in left for nth in nths])
        for key in left:
            found[key] += [known[each] for nth in nths if (each := id_of(key, nth)) in known]
        left = [key for key in left if _goes_on(found[key], nths[-1])]
        first *= 2
    return found


def _goes_on(read: list[Delivery], up_to: int) -> bool:
    return len(read) == up_to and read[-1].state in CAME_TO_NOTHING
