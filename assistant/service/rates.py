"""Count requests per caller, so that one busy program leaves room for the others."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_MOST_CALLERS = 10_000


class Rates:
    """Give each caller a bucket that refills evenly over a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, caller: str, per_minute: int) -> float:
        """Take one request from the bucket and return 0, or return after how many seconds to come again."""
        rate, here = per_minute / 60, self._clock()
        with self._lock:
            left, then = self._buckets.pop(caller, (float(per_minute), here))
            left = min(float(per_minute), left + max(0.0, here - then) * rate)
            allowed = left >= 1
            self._buckets[caller] = (left - 1 if allowed else left, here)
            while len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / rate
