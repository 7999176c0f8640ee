"""20 range rules over 1000 records in numpy, on the values of `packs.rs`.

Prints the violations and the median time in milliseconds: one vectorised comparison a rule, the
records in columns, as an engineer would write it.
"""

import time

import numpy as np


def values(columns, records):
    s, mask = 88172645463325252, (1 << 64) - 1
    out = np.empty((columns, records))
    for r in range(records):
        for c in range(columns):
            s ^= (s << 13) & mask
            s ^= s >> 7
            s ^= (s << 17) & mask
            out[c, r] = (s % 100000) / 1000
    return out


data = values(20, 1000)
limits = [(round(5 + 0.1 * i, 1), round(95 - 0.1 * i, 1)) for i in range(20)]


def run():
    return [(column < low) | (column > high) for column, (low, high) in zip(data, limits)]


times = []
for _ in range(201):
    start = time.perf_counter()
    result = run()
    times.append(time.perf_counter() - start)
print(int(sum(r.sum() for r in result)), sorted(times[1:])[100] * 1e3)
