"""Text columns without a Python loop per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Odd factors and a shift: a bijection modulo 2**40, distinct numbers stay distinct.
_START = np.uint64(0x5851F42D4C)
_FACTORS = (np.uint64(0x9E3779B97F), np.uint64(0x94D049BB13))
_HALF = np.uint64(20)
_FORTY_BITS = np.uint64(2**40 - 1)
# Ten bits are two characters of the base-32 alphabet without look-alikes.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = np.frombuffer(
    "".join(first + second for first in _ALPHABET for second in _ALPHABET).encode(),
    dtype="<u2",
)
_SHIFTS = np.array([30, 20, 10, 0], dtype=np.uint64)
_TEN_BITS = np.uint64(1023)


def short_ids(prefix: str, numbers: Ints) -> pa.StringArray:
    """Distinct ids such as `p4k7q0z2m` from distinct numbers.

    Args:
        prefix: One character.
        numbers: (n,), each in [0, 2**40).
    """
    size = len(numbers)
    mixed = (numbers.astype(np.uint64) + _START) & _FORTY_BITS
    for factor in _FACTORS:
        mixed = (mixed * factor) & _FORTY_BITS
        mixed ^= mixed >> _HALF
    digits = _PAIRS[(mixed[:, None] >> _SHIFTS) & _TEN_BITS].view(np.uint8)
    width = 1 + 2 * len(_SHIFTS)
    cells = np.empty((size, width), dtype=np.uint8)
    cells[:, 0] = ord(prefix)
    cells[:, 1:] = digits
    offsets = np.arange(0, (size + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(cells))


def coded(codes: NDArray[np.integer], values: pa.Array | Sequence[str]) -> pa.Array:
    """A dictionary column; a negative code is a missing value.

    Args:
        codes: (n,), positions in values.
        values: Distinct texts.
    """
    dictionary = (
        values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    )
    indices = pa.array(codes.astype(np.int32, copy=False), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, dictionary, safe=False)


def times(microseconds: Ints, missing: Mask | None = None) -> pa.Array:
    """UTC timestamps from microseconds since 1970, shape (n,)."""
    return pa.array(microseconds, mask=missing).view(pa.timestamp("us"))


def numbers(values: NDArray[np.generic], missing: Mask | None = None) -> pa.Array:
    """A numeric column with gaps where missing is true."""
    return pa.array(values, mask=missing)
