"""Times other tools at the fits of `fits.rs`.

    fits_peers.py MOSFET.txt DIODE.txt

Each line of a file is a point: the arguments and the current. Prints `tool <tab> index of the file
<tab> best seconds of a fit <tab> cost`. Residuals are those of logarithms, starts, bounds and
working scales those of `fits.rs`; imports do not count.
"""

import sys
import time

import lmfit
import numpy as np
from mosfet_peers import both
from scipy.optimize import least_squares

RUNS = 10
KELVIN_VT = 0.025852
MOS_START = [0.6, 0.4, 0.7, 1.5, 1e-4, 0.1, 2.0, 0.1, 0.01, 2.0]
MOS_LOW = [-5, 0.01, 0.2, 1, 1e-7, 0, 1, 0, 0, 0.05]
MOS_HIGH = [5, 5, 2, 4, 1, 10, 8, 1, 1, 100]
MOS_LOG = [1, 4, 9]
DIODE_START = [1e-13, 1.2, 1.0, 1e-11, 1.8]
DIODE_LOW = [1e-20, 0.5, 1e-3, 1e-20, 0.5]
DIODE_HIGH = [1e-6, 5, 1e3, 1e-3, 5]


def mos_current(p, columns):
    return both(p, *columns)[0]


def diode_current(p, columns):
    """Newton on the junction's voltage, as numpy has it."""
    (v,) = columns
    i0, n, rs, ir, nr = p
    a, b = 1 / (n * KELVIN_VT), 1 / (nr * KELVIN_VT)
    x = np.minimum(v, max(n, nr) * KELVIN_VT * np.log1p(v / (rs * (i0 + ir))))
    for _ in range(100):
        ea, eb = np.exp(a * x), np.exp(b * x)
        f = i0 * (ea - 1) + ir * (eb - 1)
        step = (x + rs * f - v) / (1 + rs * (i0 * a * ea + ir * b * eb))
        x = x - step
        if np.max(np.abs(step)) < 1e-13:
            break
    return i0 * np.expm1(a * x) + ir * np.expm1(b * x)


class Case:
    def __init__(self, path, current, start, low, high, log):
        data = np.loadtxt(path)
        self.columns, self.measured = list(data[:, :-1].T), np.log(data[:, -1])
        self.current, self.log = current, np.isin(np.arange(len(start)), log)
        work = lambda p: np.where(self.log, np.log(np.where(self.log, p, 1.0)), p)
        self.start, self.low, self.high = (work(np.array(p, float)) for p in (start, low, high))

    def residuals(self, x):
        p = np.where(self.log, np.exp(np.where(self.log, x, 0.0)), x)
        with np.errstate(all="ignore"):
            r = np.log(self.current(p, self.columns)) - self.measured
        return np.where(np.isfinite(r), r, 1e3)

    def scipy_trf(self):
        found = least_squares(self.residuals, self.start, bounds=(self.low, self.high))
        return found.cost

    def lmfit_leastsq(self):
        parameters = lmfit.Parameters()
        for j, (s, low, high) in enumerate(zip(self.start, self.low, self.high)):
            parameters.add(f"p{j}", value=s, min=low, max=high)

        def residuals(p):
            return self.residuals(np.array([p[f"p{j}"].value for j in range(len(self.start))]))

        found = lmfit.minimize(residuals, parameters, method="leastsq")
        return 0.5 * found.chisqr


def main():
    mos, diode = sys.argv[1:3]
    cases = [
        Case(mos, mos_current, MOS_START, MOS_LOW, MOS_HIGH, MOS_LOG),
        Case(diode, diode_current, DIODE_START, DIODE_LOW, DIODE_HIGH, range(5)),
    ]
    for index, case in enumerate(cases):
        for tool in (case.lmfit_leastsq, case.scipy_trf):
            best, cost = np.inf, np.nan
            for _ in range(RUNS):
                begin = time.perf_counter()
                cost = tool()
                best = min(best, time.perf_counter() - begin)
            print(f"{tool.__name__}\t{index}\t{float(best)!r}\t{float(cost)!r}")


main()
