"""Times a MOSFET of ten parameters at 1000 points, value and Jacobian: Python beside the kernel
alone and beside numpy written by hand; and two threads beside one. Wants a wheel built for release.

    python engine/python/tests/speed.py
"""

import importlib.util
import pathlib
import re
import sys
import tempfile
import threading
import time

import numpy as np

import espice
from support import ROOT

BENCHES = ROOT / "tests/benches"
NAMES = ["VTO", "GAMMA", "PHI", "N", "KP", "THETA", "SMOOTH", "LAMBDA", "ETA", "VC"]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fastest(run, runs=400):
    best = float("inf")
    for _ in range(runs):
        since = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - since)
    return best


def main():
    peers = load(BENCHES / "benches/mosfet_peers.py")
    text = re.search(r'TEXT: &str = r#"(.*?)"#', (BENCHES / "src/mosfet.rs").read_text(), re.S)[1]
    with tempfile.TemporaryDirectory() as folder:
        pack = pathlib.Path(folder)
        (pack / "pack.toml").write_text('name = "bench"\nversion = "1.0.0"\n')
        (pack / "mos.espice").write_text(text)
        device = espice.Engine(packs=[pack]).device(template="smooth_mos")
    vds, vgs, vbs = (np.ascontiguousarray(v, float) for v in peers.points())
    zero = np.zeros_like(vds)
    volts = [vds, vgs, zero, vbs]
    kelvin = peers.VT * 1.6021766208e-19 / 1.38064852e-23
    kernel = device.kernel("I(d)", *(f"dI(d)/d{name}" for name in NAMES))
    values = kernel(volts, kelvin)
    value, jacobian = peers.both(peers.P, vds, vgs, vbs)
    np.testing.assert_allclose(values[0], value, rtol=1e-9)
    np.testing.assert_allclose(values[1:], jacobian, rtol=1e-6, atol=1e-9 * abs(jacobian).max())

    alone = kernel.fastest(volts, kelvin, 400)
    called = fastest(lambda: kernel(volts, kelvin))
    bias = {"d": vds, "g": vgs, "b": vbs}
    friendly = fastest(lambda: espice.eval(device, bias, device_names, kelvin=kelvin))
    hand = fastest(lambda: peers.both(peers.P, vds, vgs, vbs))
    print(f"kernel alone {alone * 1e6:.1f} us, from Python {called * 1e6:.1f} us ({called / alone:.2f}x),")
    print(f"espice.eval {friendly * 1e6:.1f} us ({friendly / alone:.2f}x), numpy by hand {hand * 1e6:.1f} us")

    def work(count):
        for _ in range(count):
            kernel(volts, kelvin)

    def together(threads, count):
        team = [threading.Thread(target=work, args=(count,)) for _ in range(threads)]
        since = time.perf_counter()
        for thread in team:
            thread.start()
        for thread in team:
            thread.join()
        return time.perf_counter() - since

    count = max(int(0.25 / called), 10)
    scale = max(2 * together(1, count) / together(2, count) for _ in range(5))
    print(f"two threads do {scale:.2f} times the work of one")
    wrong = []
    if friendly > 1.5 * alone:
        wrong.append("espice.eval takes more than 1.5 times the kernel's time")
    if friendly > hand:
        wrong.append("numpy by hand is faster")
    if scale < 1.8:
        wrong.append("two threads do less than 1.8 times the work of one")
    return wrong


device_names = ["I(d)", *(f"dI(d)/d{name}" for name in NAMES)]

if __name__ == "__main__":
    found = main()
    print("\n".join(found))
    sys.exit(1 if found and "--measure" not in sys.argv else 0)
