"""What so many pictures can tell: the 95% intervals of a share and of a difference between two.

They are worked out from counts alone; who counts, and what, is the affair of `evaluation`, `trials` and `detection`.
"""

from math import sqrt

Z = 1.96  # of a normal distribution 95% lie within so many standard deviations


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95% interval of a share of ``right`` in ``total`` (Wilson 1927), which stays within 0-1 on few pictures.

    wilson(40, 50)  # 0.67 to 0.89
    """
    share, spread = right / total, Z * Z / total
    centre = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def of_pairs(lost: int, won: int, count: int) -> tuple[float, float]:
    """Return the 95% interval of the difference that a change made, -1 to 1, for pairs of answers (Agresti & Min 2005).

    lost, won: of ``count`` answers how many were right only before the change, and how many only after it.

    of_pairs(3, 1, 20)
    """
    total, gain = count + 2, won - lost
    half = Z * sqrt(won + lost + 1 - gain**2 / total) / total
    return max(-1.0, gain / total - half), min(1.0, gain / total + half)
