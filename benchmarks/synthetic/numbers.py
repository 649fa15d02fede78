"""Moments and correlations. Sums are exact (`math.fsum`), so that a figure is the same on every Python."""

import math
from collections.abc import Iterable, Sequence
from operator import mul


def mean(values: Sequence[float]) -> float:
    """0 of none."""
    return math.fsum(values) / len(values) if values else 0.0


def _moment(values: Sequence[float], power: int) -> float:
    middle = mean(values)
    return mean([(value - middle) ** power for value in values])


def deviation(values: Sequence[float]) -> float:
    """Standard deviation."""
    return math.sqrt(_moment(values, 2))


def kurtosis(values: Sequence[float]) -> float:
    """3 for a normal distribution, more for heavy tails; 0 where nothing varies."""
    variance = _moment(values, 2)
    return _moment(values, 4) / variance**2 if variance else 0.0


def correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """From -1 to 1; 0 where one of them does not vary."""
    one, two = mean(left), mean(right)
    both = math.fsum((a - one) * (b - two) for a, b in zip(left, right, strict=True))
    scale = math.sqrt(math.fsum((a - one) ** 2 for a in left) * math.fsum((b - two) ** 2 for b in right))
    return both / scale if scale else 0.0


def autocorrelation(values: Sequence[float], lag: int) -> float:
    """Of a series with itself `lag` values later, by the mean and variance of the whole."""
    return autocorrelations(values, [lag])[0]


def autocorrelations(values: Sequence[float], lags: Iterable[int]) -> list[float]:
    """One for each lag."""
    middle = mean(values)
    off = [value - middle for value in values]
    square = math.fsum(map(mul, off, off))
    return [math.fsum(map(mul, off, off[lag:])) / square if square else 0.0 for lag in lags]


def quantile(values: Sequence[int], percent: int) -> int:
    """The value below which so many percent lie."""
    return sorted(values)[len(values) * percent // 100]


def overdispersion(counts: Sequence[int]) -> float:
    """Variance by mean of counts: 1 for independent arrivals."""
    middle = mean(counts)
    return _moment(counts, 2) / middle if middle else 0.0
