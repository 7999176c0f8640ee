"""Datasheets by other writers, with their truth: plots by matplotlib, tables by reportlab.

python3 sheets.py FOLDER [COUNT]  writes NAME.pdf and NAME.json for each; everything is seeded.
"""

import json
import math
import random
import sys
from pathlib import Path

import matplotlib

matplotlib.use("pdf")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

K_OVER_Q = 8.617333e-5


def diode(rng):
    """Forward current over voltage at temperatures."""
    i_s, n, rs = 10 ** rng.uniform(-13, -10), rng.uniform(1.1, 1.9), rng.uniform(0.3, 2.0)
    current = np.logspace(-5, -0.7, 400)
    curves = []
    for celsius in rng.choice([(25, 125), (-40, 25, 85), (25,)]):
        t = celsius + 273.15
        sat = i_s * math.exp(1.11 / (n * K_OVER_Q * t) * (t / 300.15 - 1)) * (t / 300.15) ** (3 / n)
        v = n * K_OVER_Q * t * np.log(current / sat + 1) + current * rs
        curves.append((f"$T_J$ = {celsius} °C", f"TJ = {celsius} °C", {"TJ": t}, "IF", v, current * 1e3))
    return dict(title="Forward Current vs. Forward Voltage", curves=curves, conditions={},
                x=("VF", "Forward Voltage, $V_F$ (V)", "V", 1, False),
                y=("IF", "Forward Current, $I_F$ (mA)", "mA", 1e-3, True))


def capacitance(rng):
    """Capacitances of a transistor over voltage."""
    v = np.linspace(0, 50, 400)
    base = rng.uniform(200, 2000)
    rows = [("Ciss", base, 0.08), ("Coss", base * 0.8, 0.45), ("Crss", base * 0.35, 0.6)]
    curves = [(f"$C_{{{name[1:]}}}$", name, {}, name, v, c0 * (1 + v / 0.9) ** -m)
              for name, c0, m in rows]
    return dict(title="Capacitance vs. Drain-Source Voltage", curves=curves,
                conditions={"VGS": 0.0, "f": 1e6}, text="$V_{GS}$ = 0 V, f = 1 MHz",
                x=("VDS", "Drain-Source Voltage, $V_{DS}$ (V)", "V", 1, False),
                y=("Ciss", "Capacitance, C (pF)", "pF", 1e-12, rng.random() < 0.5))


def gain(rng):
    """Current gain over collector current."""
    i = np.logspace(-1, 3, 400)
    beta = rng.uniform(100, 300)
    curves = []
    for celsius in (125, 25, -55):
        t = celsius + 273.15
        h = beta * (t / 298.15) ** 1.6 / (1 + (0.1 / i) ** 0.7 + (i / 150) ** 1.3)
        curves.append((f"$T_J$ = {celsius} °C", f"TJ = {celsius} °C", {"TJ": t}, "hFE", i, h))
    return dict(title="DC Current Gain vs. Collector Current", curves=curves,
                conditions={"VCE": 5.0}, text="$V_{CE}$ = 5 V",
                x=("IC", "Collector Current, $I_C$ (mA)", "mA", 1e-3, True),
                y=("hFE", "DC Current Gain, $h_{FE}$", "", 1, False))


def draw(ax, plan, rng):
    """Draws one plot; its truth but for the place."""
    legend = rng.random() < 0.4 and len(plan["curves"]) > 1
    styles = ["-", "--", ":", "-."]
    black = rng.random() < 0.7
    for k, (label, _, _, _, x, y) in enumerate(plan["curves"]):
        ax.plot(x, y, styles[k] if legend else "-", color="k" if black else f"C{k}", label=label)
    for axis, (_, words, _, _, log) in zip("xy", (plan["x"], plan["y"])):
        getattr(ax, f"set_{axis}label")(words)
        getattr(ax, f"set_{axis}scale")("log" if log else "linear")
    ax.margins(x=0)
    if not plan["y"][4]:
        ax.set_ylim(bottom=0)
    if rng.random() < 0.7:
        ax.grid(True, which="both" if rng.random() < 0.5 else "major", lw=0.4)
    ax.set_title(plan["title"], fontsize=9)
    if legend:
        ax.legend(fontsize=7)
    else:
        for k, (label, _, _, _, x, y) in enumerate(plan["curves"]):
            at = len(x) * (3 + 2 * k) // 10
            ax.annotate(label, (x[at], y[at]), xytext=(14, 9), textcoords="offset points",
                        fontsize=7, arrowprops=dict(arrowstyle="-", lw=0.4))
    if plan.get("text"):
        ax.text(0.97, 0.93, plan["text"], transform=ax.transAxes, fontsize=7, ha="right")


def truth(ax, plan, size):
    """What is true of a drawn plot."""
    box = ax.get_position()
    frame = [box.x0 * size[0], (1 - box.y1) * size[1], box.x1 * size[0], (1 - box.y0) * size[1]]
    share = {}
    axes = {}
    for axis, (symbol, _, unit, one, log) in zip("xy", (plan["x"], plan["y"])):
        low, high = getattr(ax, f"get_{axis}lim")()
        axes[axis] = dict(symbol=symbol, unit=unit, log=log, ends=[low * one, high * one])
        f = np.log10 if log else (lambda v: v)
        share[axis] = lambda v, f=f, a=low, b=high: (f(v) - f(a)) / (f(b) - f(a))
    curves = []
    for _, label, family, quantity, x, y in plan["curves"]:
        inside = y >= ax.get_ylim()[0]
        u, v = share["x"](x[inside]), share["y"](y[inside])
        curves.append(dict(label=label, quantity=quantity, family=family,
                           line=[[float(a), float(b)] for a, b in zip(u, v)]))
    return dict(page=1, frame=frame, title=plan["title"], curves=curves,
                conditions=plan["conditions"], **axes)


def plots(folder, n):
    """A page of four plots."""
    rng = random.Random(n)
    plt.rcParams["pdf.fonttype"] = rng.choice([3, 42])
    plt.rcParams["pdf.compression"] = rng.choice([0, 6])
    plt.rcParams["path.simplify"] = False
    plt.rcParams["font.size"] = 8
    size = (595.0, 842.0)
    figure = plt.figure(figsize=(size[0] / 72, size[1] / 72))
    plans = [rng.choice([diode, capacitance, gain])(rng) for _ in range(4)]
    axes = []
    for k, plan in enumerate(plans):
        ax = figure.add_axes([0.12 + 0.47 * (k % 2), 0.58 - 0.46 * (k // 2), 0.34, 0.3])
        draw(ax, plan, rng)
        axes.append(ax)
    name = f"matplotlib-{n}"
    figure.text(0.08, 0.95, "FX4711 Transistor", fontsize=14)
    figure.savefig(folder / f"{name}.pdf")
    panels = [truth(ax, plan, size) for ax, plan in zip(axes, plans)]
    plt.close(figure)
    (folder / f"{name}.json").write_text(json.dumps(dict(rows=[], panels=panels)))


ROWS = [
    ("VBR", "V<sub>(BR)</sub>", "Breakdown voltage", "V", 1, "n", [("I<sub>R</sub> = 100 µA", "IR", 1e-4)]),
    ("VF", "V<sub>F</sub>", "Forward voltage", "V", 1, "x", [("I<sub>F</sub> = 10 mA", "IF", 1e-2)]),
    ("IR", "I<sub>R</sub>", "Reverse current", "nA", 1e-9, "tx", [("V<sub>R</sub> = 20 V", "VR", 20.0)]),
    ("CJ", "C<sub>J</sub>", "Junction capacitance", "pF", 1e-12, "tx",
     [("V<sub>R</sub> = 0 V", "VR", 0.0), ("f = 1 MHz", "f", 1e6)]),
    ("trr", "t<sub>rr</sub>", "Reverse recovery time", "ns", 1e-9, "x", [("I<sub>F</sub> = 10 mA", "IF", 1e-2)]),
]


def tables(folder, n):
    """A page with a table."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    rng = random.Random(n)
    style = getSampleStyleSheet()["BodyText"]
    style.fontSize = 8
    words = ["Symbol", "Parameter", "Conditions", "Min.", "Typ.", "Max.", "Unit"]
    order = rng.choice([[0, 1, 2, 3, 4, 5, 6], [1, 0, 2, 3, 4, 5, 6], [0, 1, 3, 4, 5, 6, 2]])
    widths = [45, 120, 130, 40, 40, 40, 35]
    data = [[Paragraph(f"<b>{words[i]}</b>", style) for i in order]]
    rows = []
    for symbol, mark, name, unit, one, shape, given in ROWS:
        base = round(rng.uniform(0.4, 0.9) if symbol == "VF" else rng.uniform(2, 90), 2)
        printed = {"n": base, "t": base, "x": round(base * 1.5, 2) if "t" in shape else base}
        cells = [mark, name, ", ".join(g[0] for g in given)]
        cells += [str(printed[c]) if c in shape else "-" for c in "ntx"] + [unit]
        data.append([Paragraph(cells[i], style) for i in order])
        values = {k: (printed[c] * one if c in shape else None) for k, c in zip(("min", "typ", "max"), "ntx")}
        conditions = {g[1]: g[2] for g in given}
        rows.append(dict(page=1, symbol=symbol, unit=unit, conditions=conditions, **values))
    table = Table(data, colWidths=[widths[i] for i in order])
    lines = rng.choice(["grid", "header", "box"])
    if lines == "grid":
        table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    elif lines == "header":
        table.setStyle([("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
                        ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
                        ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)])
    else:
        table.setStyle([("BOX", (0, 0), (-1, -1), 0.8, colors.black),
                        ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
                        ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.grey)])
    name = f"reportlab-{n}"
    head = getSampleStyleSheet()
    story = [Paragraph("FX4711 Switching diode", head["Title"]),
             Paragraph("Electrical Characteristics", head["Heading2"]), table]
    SimpleDocTemplate(str(folder / f"{name}.pdf"), pagesize=A4, invariant=1).build(story)
    (folder / f"{name}.json").write_text(json.dumps(dict(rows=rows, panels=[])))


def main():
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        plots(folder, n)
    try:
        import reportlab  # noqa: F401
    except ImportError:
        return
    for n in range(count):
        tables(folder, n)


if __name__ == "__main__":
    main()
