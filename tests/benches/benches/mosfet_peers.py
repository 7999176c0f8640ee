"""Times other tools at the same MOSFET and the same 1000 points as `mosfet.rs`.

    mosfet_peers.py

Prints nanoseconds a point: numpy with a Jacobian written by hand (thread CPU time, best of many),
and what a point more costs ngspice (its level 3, which has other equations: a yardstick of
simulators; wall time of 101 000 points less that of 1 000, best of three): its value alone, and
the value with the derivatives by ten parameters, which it has by changing one at a time in the
same run.
"""

import subprocess
import tempfile
import time

import numpy as np

VT = 0.025852
P = [0.45, 0.5, 0.8, 1.3, 2.5e-4, 0.25, 2.2, 0.05, 0.03, 1.4]


def points():
    i = np.arange(1000)
    d, g, b = i % 20, i // 20 % 10, i // 200
    return 0.05 + 1.75 * d / 19, 0.2 + 1.6 * g / 9, -0.4 * b


def both(p, vds, vgs, vbs):
    vto, gamma, phi, n, kp, theta, a, lam, eta, vc = p
    root, w = np.sqrt(phi), n * VT
    sp = np.sqrt(phi - vbs)
    u = (vgs - vto - gamma * (sp - root) + eta * vds) / w
    e = np.exp(-np.abs(u))
    soft = np.maximum(u, 0) + np.log1p(e)
    sigma = np.where(u > 0, 1.0, e) / (1 + e)
    ov = w * soft
    q = vds / ov
    lq = np.log(q)
    p1 = np.exp(a * lq)
    bent = 1 + p1
    lb = np.log(bent)
    p2 = np.exp(-lb / a)
    vde = vds * p2
    fm = 1 / (1 + theta * ov)
    fv = 1 / (1 + vde / vc)
    h = ov - 0.5 * vde
    c = 1 + lam * vds
    front = kp * fm * fv
    i = front * h * vde * c
    hb = front * vde * c
    vdeb = front * h * c - 0.5 * hb - i * fv / vc
    p2b = vdeb * vds
    bb = -p2b * p2 / (a * bent)
    ovb = hb - i * fm * theta - bb * a * p1 / ov
    vthb = -ovb * sigma
    jac = np.empty((10, len(i)))
    jac[0] = vthb
    jac[1] = vthb * (sp - root)
    jac[2] = vthb * gamma * 0.5 * (1 / sp - 1 / root)
    jac[3] = ovb * (soft - sigma * u) * VT
    jac[4] = i / kp
    jac[5] = -i * fm * ov
    jac[6] = p2b * p2 * lb / (a * a) + bb * p1 * lq
    jac[7] = i / c * vds
    jac[8] = -vthb * vds
    jac[9] = i * fv * vde / (vc * vc)
    return i, jac


def check(p, vds, vgs, vbs):
    _, jac = both(p, vds, vgs, vbs)
    for k in range(10):
        h = 1e-6 * p[k]
        up, down = list(p), list(p)
        up[k] += h
        down[k] -= h
        slope = (both(up, vds, vgs, vbs)[0] - both(down, vds, vgs, vbs)[0]) / (2 * h)
        assert np.max(np.abs(slope - jac[k])) < 1e-7 * np.max(np.abs(slope)), k


def numpy_time():
    v = points()
    check(P, *v)
    best = np.inf
    for _ in range(300):
        begin = time.thread_time_ns()
        for _ in range(10):
            both(P, *v)
        best = min(best, (time.thread_time_ns() - begin) / 10)
    return best / 1000


CARD = {
    "vto": 0.45, "kp": 2.5e-4, "gamma": 0.5, "phi": 0.8, "theta": 0.25,
    "vmax": 1e5, "eta": 0.03, "kappa": 0.2, "nsub": 1e16, "nfs": 1e11,
}


def ngspice_time(jacobian):
    card = " ".join(f"{name}={value!r}" for name, value in CARD.items())
    changes = ""
    for name, value in CARD.items() if jacobian else ():
        changes += f"altermod n {name}={value * (1 + 1e-6)!r}\nrun\ndestroy all\n"
        changes += f"altermod n {name}={value!r}\n"

    def run(inner):
        deck = f"""sweep
m1 d g 0 b n w=10u l=1u
.model n nmos level=3 {card}
vd d 0 1
vg g 0 1
vb b 0 0
.dc vd 0.05 1.8 {1.75 / (inner - 1)!r} vg 0.2 1.8 0.17777777777
.control
run
destroy all
{changes}.endc
.end
"""
        with tempfile.NamedTemporaryFile("w", suffix=".cir") as file:
            file.write(deck)
            file.flush()
            begin = time.perf_counter()
            ran = subprocess.run(["ngspice", "-b", file.name], capture_output=True, text=True)
            runs = ran.stdout.count("No. of Data Rows")
            assert runs == (11 if jacobian else 1), ran.stdout + ran.stderr
            return time.perf_counter() - begin

    few = min(run(100) for _ in range(3))
    many = min(run(10_100) for _ in range(3))
    return (many - few) / 100_000 * 1e9


if __name__ == "__main__":
    print(f"numpy, Jacobian by hand: {numpy_time():.1f} ns/point")
    print(f"ngspice, value, a point more: {ngspice_time(False):.0f} ns/point")
    print(f"ngspice, value and Jacobian, a point more: {ngspice_time(True):.0f} ns/point")
