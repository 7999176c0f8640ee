"""Calls: documents, errors, progress, Ctrl-C, threads."""

import concurrent.futures
import copy
import multiprocessing
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import numpy as np

import espice
from support import Folder


class Calls(unittest.TestCase):
    def setUp(self):
        # A job in the background is started with the signal ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def test_a_model_is_made_of_a_file_of_columns_and_of_a_frame(self):
        volts = np.linspace(0.4, 0.8, 21)
        amps = 1e-14 * (np.exp(volts / 0.0275) - 1)
        columns = {"VF (V)": volts, "IF (A)": amps}
        made = espice.model(columns, kind="diode", simulate=False)
        self.assertTrue(made["models"], made.errors)
        self.assertIn(".model", made.card.lower())
        # The data hold at 25 degC, the card's parameters at 27 degC.
        back = espice.eval(made.card, {"a": volts}, "I(a)", kelvin=298.15)["I(a)"]
        np.testing.assert_allclose(back, amps, rtol=0.01)
        try:
            import pandas
        except ImportError:
            self.skipTest("there is no pandas")
        again = espice.model(pandas.DataFrame(columns), kind="diode", simulate=False)
        self.assertEqual(again["models"], made["models"])
        frame = made.frame("fit.parameters")
        self.assertIn("IS", list(frame["name"]))

    def test_a_function_is_fitted(self):
        text = "template line {\n  input x : 1\n  param a : 1 = 0\n  param b : 1 = 0\n  output y = a + b * x\n}\n"
        x = np.arange(10.0)
        found = espice.fit(text, {"x": x, "y": 3 + 2 * x})
        self.assertAlmostEqual(found.parameters["a"], 3, places=9)
        self.assertAlmostEqual(found.parameters["b"], 2, places=9)

    def test_a_fit_tells_how_far_it_is_and_takes_so_many_rows(self):
        text = "template line {\n  input x : 1\n  param a : 1 = 0\n  output y = a * x\n}\n"
        x = np.arange(50_000.0)
        steps = []
        espice.fit(text, {"x": x, "y": 2 * x}, progress=lambda *step: steps.append(step))
        self.assertIn("fit", [stage for stage, _, _ in steps])
        small = espice.Engine(rows=1000)
        refused = small.fit(text, {"x": x, "y": 2 * x})
        self.assertEqual([d["code"] for d in refused["diagnostics"]], ["E0603"])

    def test_a_missing_number_leaves_out_its_row(self):
        text = "template line {\n  input x : 1\n  param a : 1 = 0\n  output y = a * x\n}\n"
        x = np.arange(1.0, 41.0)
        y = 2 * x
        y[3], y[7] = np.nan, np.inf
        found = espice.fit(text, {"x": x, "y": y})
        self.assertAlmostEqual(found.parameters["a"], 2, places=12)
        self.assertEqual(found["points"], 38)
        self.assertEqual([d["code"] for d in found["diagnostics"]], ["E0605"])
        self.assertIn("2 of 40 rows", found["diagnostics"][0]["message"])
        self.assertIn("row 4 first", found["diagnostics"][0]["message"])
        masked = np.ma.array(2 * x, mask=x == 5)
        self.assertEqual(espice.fit(text, {"x": x, "y": masked})["points"], 39)
        lost = espice.fit(text, {"x": x, "y": np.where(x < 10, np.nan, x)})
        self.assertEqual([e[:5] for e in lost.errors], ["E0606"])

    def test_what_refused_a_model_is_among_its_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            pack = pathlib.Path(folder, "acme")
            pack.mkdir()
            (pack / "pack.toml").write_text('name = "acme"\nversion = "1.0.0"\nextends = ["std"]\n')
            (pack / "a.espice").write_text(STRICT)
            engine = espice.Engine(packs=[pack])
            volts = np.linspace(0.4, 0.8, 21)
            columns = {"VF (V)": volts, "IF (A)": 1e-14 * (np.exp(volts / 0.0275) - 1)}
            made = engine.model(columns, kind="diode", simulate=False)
            self.assertFalse(made.passed)
            wanted = [e for e in made.errors if e.startswith("acme::forward: VF is ")]
            self.assertEqual(len(wanted), 1, made.errors)
            self.assertFalse(any("acme::only_a_warning" in e for e in made.errors), made.errors)
            failed = [f["rule"] for f in made["verdict"]["findings"] if f["status"] == "failed"]
            self.assertIn("only_a_warning", failed)
        self.assertEqual(espice.model(columns, kind="diode", simulate=False).errors, [])

    def test_a_part_that_the_sheet_does_not_have_is_an_error(self):
        sheet = '[device]\npart = "X1"\nkind = "diode"\n'
        for made in [espice.extract, espice.model, espice.select, espice.judge]:
            told = made("x.toml", part="2N7002", files={"x.toml": sheet})
            self.assertEqual([e[:5] for e in told.errors], ["E0663"], made)
            helps = [d["help"] for d in told["diagnostics"] if d["code"] == "E0663"]
            self.assertEqual(helps, [["they speak of X1"]])

    def test_a_text_is_no_list(self):
        x = {"x": np.arange(9.0), "y": np.arange(9.0)}
        for wrong in [
            lambda: espice.model(x, kind="diode", dialects="ngspice"),
            lambda: espice.model(x, kind="diode", withhold="IC"),
            lambda: espice.fit("line", x, fixed="tau"),
            lambda: espice.fit("line", x, start="tau"),
            lambda: espice.fit("line", {"x": [1j], "y": [1.0]}),
            lambda: espice.fit("line", [1, 2]),
            lambda: espice.Engine(packs="acme"),
            lambda: espice.Engine(roots="data"),
            lambda: espice.Engine(roots=[3]),
            lambda: espice.extract(["a.csv"]),
            lambda: espice.check(3),
            lambda: espice.call("model.make", None),
            lambda: espice.call("model.make", {"sources": {1, 2}}),
            lambda: espice.extract("a.csv", files="a.csv"),
        ]:
            with self.assertRaises(TypeError) as caught:
                wrong()
            self.assertIsInstance(caught.exception, espice.Error)
            self.assertEqual(caught.exception.code, "E1102")
        for wrong in [{}, {"x": [[1.0]], "y": [[1.0]]}, {"x": [1.0], "y": [1.0, 2.0]}]:
            with self.assertRaises(ValueError) as caught:
                espice.fit("line", wrong)
            self.assertEqual(caught.exception.code, "E1102")
        # Numbers of numpy are numbers.
        found = espice.find("diode", limit=np.int64(2))
        self.assertEqual(len(found), 2)

    def test_errors_and_documents_go_to_other_processes(self):
        for wrong in [
            lambda: espice.call("model.mak", {}),
            lambda: espice.device(".model x Q9(A=1)"),
            lambda: espice.Engine(packs="acme"),
            lambda: espice.device(template="junction_diode").kernel("I(z)"),
            lambda: espice.device(template="junction_diode").kernel("I(a)")([[1.0]], 300.0),
        ]:
            with self.assertRaises(espice.Error) as caught:
                wrong()
            error = caught.exception
            again = pickle.loads(pickle.dumps(error))
            self.assertIs(type(again), type(error))
            for name in ["code", "message", "help", "diagnostics"]:
                self.assertEqual(getattr(again, name), getattr(error, name))
            self.assertEqual(str(again), str(error))
            self.assertEqual(copy.copy(error).code, error.code)
        # As it comes out of another process.
        with concurrent.futures.ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn")
        ) as pool:
            with self.assertRaises(espice.Error) as caught:
                pool.submit(espice.call, "model.mak", {}).result(60)
            self.assertEqual(caught.exception.code, "E1101")
            found = pool.submit(espice.call, "pack.list", {"what": "kinds"}).result(60)
        self.assertEqual(found, espice.call("pack.list", {"what": "kinds"}))
        self.assertEqual(found.text, espice.call("pack.list", {"what": "kinds"}).text)

    def test_rules_codes_and_templates_are_explained(self):
        self.assertIn("limit", espice.explain("std::vf_plausible"))
        self.assertTrue(espice.explain("E1102").startswith("E1102: "))
        self.assertTrue(espice.explain("junction_diode").startswith("# junction_diode"))
        with self.assertRaises(espice.Error) as caught:
            espice.explain("std::vf_plausble")
        self.assertEqual(caught.exception.code, "E0802")
        self.assertIn("std::vf_plausible", caught.exception.help[0])
        with self.assertRaises(espice.Error) as caught:
            espice.explain("std::vf_plausible", "none.csv")
        self.assertEqual(caught.exception.code, "E0660")

    def test_packs_are_checked(self):
        good = espice.check("p.espice", files={"p.espice": "template f {\n  input x : 1\n  output y = x\n}\n"})
        self.assertTrue(good["sound"], good.errors)
        bad = espice.check("p.espice", files={"p.espice": "template f {\n  output y = 1 V + 1 A\n}\n"})
        self.assertFalse(bad["sound"])
        self.assertTrue(bad.errors)

    def test_errors_have_codes(self):
        with self.assertRaises(espice.Error) as caught:
            espice.call("model.mak", {})
        self.assertEqual(caught.exception.code, "E1101")
        self.assertIn("model.make", caught.exception.help[0])
        with self.assertRaises(espice.Error) as caught:
            espice.call("model.make", {"source": "x"})
        self.assertEqual(caught.exception.code, "E1102")
        with self.assertRaises(espice.Error):
            espice.Engine(packs=["no/such/folder"])
        with self.assertRaises(espice.Error):
            espice.device(template="none")
        with self.assertRaises(ValueError):
            espice.model("none.pdf").card

    def test_progress_is_told_and_stops_what_it_follows(self):
        steps = []
        with Folder() as folder:
            engine = espice.Engine(roots=[folder])
            engine.model("EX41.csv", progress=lambda *step: steps.append(step))
            self.assertTrue(any(stage == "fit" for stage, _, _ in steps), steps)
            bar = Bar()
            engine.model("EX41.csv", progress=bar)
            self.assertTrue(bar.words)

            def stop(stage, detail, share):
                raise RuntimeError("enough")

            with self.assertRaisesRegex(RuntimeError, "enough"):
                engine.model("EX41.pdf", progress=stop)
            with self.assertRaises(TypeError):
                engine.model("EX41.csv", progress=3)

    def test_ctrl_c_stops_a_fit_within_200_ms(self):
        sent = []

        def interrupt(stage, detail, share):
            if stage == "fit" and not sent:
                threading.Timer(0.02, press).start()
                sent.append(None)

        def press():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        with Folder() as folder:
            engine = espice.Engine(roots=[folder])
            with self.assertRaises(KeyboardInterrupt):
                for _ in range(50):
                    engine.model("EX41.pdf", progress=interrupt)
            waited = time.monotonic() - sent[1]
        print(f"Ctrl-C stopped the fit after {waited * 1000:.0f} ms")
        self.assertLess(waited, 0.2)

    @unittest.skipUnless(sys.platform == "linux", "the system tells of memory in a file")
    def test_a_stopped_fit_gives_its_memory_back(self):
        # With a heap for each thread, what the C library keeps of each depends on which thread of
        # which round took it: only with one heap do figures of the system tell what is held.
        heaps = dict(os.environ, MALLOC_ARENA_MAX="1")
        here = pathlib.Path(__file__).parent
        ran = subprocess.run(
            [sys.executable, "-c", "import test_calls; test_calls.stopped_fits()"],
            cwd=here, env=heaps, capture_output=True, text=True, timeout=120,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        print(ran.stdout)
        empty, *rounds = [[int(word) for word in line.split()] for line in ran.stdout.splitlines()]
        self.assertEqual(len(rounds), 6)
        held = []
        for before, most, after in rounds:
            self.assertGreater(most - before, 8 << 10, "the fit takes too little to tell anything")
            # What the first calls make ready for all later ones stays.
            if len(held) >= 2:
                self.assertLess(after - max(held[:2]), (most - empty[0]) / 4)
            held.append(after)

    def test_other_threads_go_on_meanwhile(self):
        with Folder() as folder:
            engine = espice.Engine(roots=[folder])
            done = threading.Event()
            threading.Thread(target=lambda: (engine.model("EX41.pdf"), done.set())).start()
            count, longest, last = 0, 0.0, time.monotonic()
            while not done.is_set():
                time.sleep(0.001)
                now = time.monotonic()
                count, longest, last = count + 1, max(longest, now - last), now
            self.assertGreater(count, 20)
            self.assertLess(longest, 0.5)


def stopped_fits():
    """Six fits that Ctrl-C stops: prints the memory of the empty process, then of each fit
    before, at most, and after it (KiB)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    x = np.linspace(0, 2, 100_000)
    noise = np.random.default_rng(1).normal(size=x.size)
    table = {"x": x, "y": 2.5 / (1 + 3 * x) + 1e-3 * noise}
    engine = espice.Engine()
    print(resident())
    for _ in range(6):
        before, done, seen = resident(), threading.Event(), []

        def look():
            while not done.wait(0.01):
                seen.append(resident())

        looking = threading.Thread(target=look)
        looking.start()
        threading.Timer(2.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            engine.fit(DECAYS, table, search="always", profile=True)
            sys.exit("the fit came to its end before Ctrl-C")
        except KeyboardInterrupt:
            pass
        done.set()
        looking.join()
        print(before, max(seen), resident())


STRICT = """
rule forward : error on model {
  for diode
  check model.VF at (IF = 1 mA) <= 0.1 V
  say "VF is {observed}"
  because "the supply leaves no more"
}
rule only_a_warning : warning on model {
  for diode
  check model.VF at (IF = 1 mA) <= 0.1 V
  say "VF is {observed}"
  because "somebody might wonder"
}
"""

# Three decays that are hard to tell apart: with many points a fit takes minutes.
DECAYS = """
template sum {
  input x : 1
  param p1 : 1 = 1.2
  param p2 : 1 = 0.3
  param p3 : 1 = 5.6
  param p4 : 1 = 5.5
  param p5 : 1 = 6.5
  param p6 : 1 = 7.6
  output y = p1 * exp(-p2 * x) + p3 * exp(-p4 * x) + p5 * exp(-p6 * x)
}
"""


def resident():
    """KiB of this process that are in the machine."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


class Bar:
    """What a bar of tqdm offers."""

    def __init__(self):
        self.total = None
        self.words = []

    def update(self, much):
        assert much > 0

    def set_description(self, words):
        self.words.append(words)


if __name__ == "__main__":
    unittest.main()
