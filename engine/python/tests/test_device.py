"""Devices as functions of arrays."""

import pathlib
import tempfile
import threading
import unittest

import numpy as np

import espice

CARD = ".model d1 D(IS=1e-14 N=1.1 RS=0.5 CJO=2p VJ=0.7 M=0.4 TT=5n BV=60)\n.model m1 NMOS(LEVEL=3 VTO=0.7 KP=100u)\n"


class Devices(unittest.TestCase):
    def test_values_are_those_of_the_operation(self):
        device = espice.device(CARD, model="d1")
        volts = np.linspace(-1, 0.8, 19)
        values = device.eval({"a": volts}, ["currents", "charges", "conductances"])
        request = {
            "card": "c.lib",
            "model": "d1",
            "files": {"c.lib": CARD},
            "at": [{"pin": "a", "volts": list(volts)}],
            "also": ["charges", "conductances"],
        }
        told = espice.call("model.eval", request)
        columns = [c["name"] for c in told["columns"]]
        rows = np.array(told["rows"], float)
        for name, same in [("I(a)", "I(a)"), ("Q(a)", "Q(a)"), ("dI(a)/dV(k)", "G(a,k)")]:
            wanted = rows[:, columns.index(same)]
            np.testing.assert_allclose(values[name], wanted, 1e-13, err_msg=name)

    def test_derivatives_are_those_of_differences(self):
        device = espice.device(CARD, model="m1", instance={"W": "10u", "L": "1u"})
        bias = {"d": 1.3, "g": np.array([1.1, 1.9]), "b": -0.2}
        names = ["I(d)", "dI(d)/dV(g)", "dI(d)/dVTO"]
        values = device.eval(bias, names)
        h = 1e-6
        up = device.eval({**bias, "g": bias["g"] + h})["I(d)"]
        down = device.eval({**bias, "g": bias["g"] - h})["I(d)"]
        np.testing.assert_allclose(values["dI(d)/dV(g)"], (up - down) / (2 * h), rtol=1e-5)
        at = device.parameters["VTO"]
        up = device.eval(bias, parameters={"VTO": at + h})["I(d)"]
        down = device.eval(bias, parameters={"VTO": at - h})["I(d)"]
        np.testing.assert_allclose(values["dI(d)/dVTO"], (up - down) / (2 * h), rtol=1e-5)

    def test_biases_are_broadcast(self):
        device = espice.device(template="junction_diode")
        volts, kelvin = np.linspace(0.3, 0.7, 5), np.array([[250.0], [300.0], [350.0]])
        values = espice.eval(device, {"a": volts}, kelvin=kelvin)
        self.assertEqual(values["I(a)"].shape, (3, 5))
        for row, heat in zip(values["I(a)"], kelvin[:, 0]):
            np.testing.assert_array_equal(row, device.eval([volts, 0.0], kelvin=heat)["I(a)"])
        self.assertEqual(device.eval({"a": 0.5})["I(a)"].shape, ())
        self.assertEqual(espice.eval("junction_diode", {"a": []})["I(a)"].shape, (0,))
        self.assertEqual(list(espice.eval(CARD, {"a": 0.5}, "I(a)", model="d1")), ["I(a)"])

    def test_what_is_wrong_is_said(self):
        device = espice.device(template="junction_diode")
        for wrong in [
            lambda: device.eval({"x": 1.0}),
            lambda: device.eval({"a": 1.0}, "I(x)"),
            lambda: device.eval({"a": 1.0}, parameters={"NONE": 1.0}),
            lambda: device.function("I(a)", ["NONE"], {"a": 1.0}),
        ]:
            self.refused(KeyError, "E1102", wrong)
        kernel = device.kernel("I(a)")
        one, two = np.zeros(1), np.zeros(2)
        for wrong in [
            lambda: device.eval([1.0]),
            lambda: kernel([one], 300.0),
            lambda: kernel([one, two], 300.0),
            lambda: kernel([two, two], one),
            lambda: kernel([two, two], 300.0, one),
            lambda: kernel([np.zeros((2, 2)), two], 300.0),
            lambda: kernel([[1.0, [2.0]], two], 300.0),
            lambda: kernel([two, two], np.zeros((1, 2))),
            lambda: device.kernel(),
            lambda: device.eval({"a": [1.0, 2.0], "k": [1.0, 2.0, 3.0]}),
            lambda: device.function("I(a)", ["IS", "N"], {"a": 1.0})([1e-14]),
        ]:
            self.refused(ValueError, "E1102", wrong)
        for wrong in [
            espice.device,
            lambda: espice.device(CARD, template="junction_diode"),
            lambda: kernel([np.array([1j, 2j]), two], 300.0),
            lambda: kernel([["0.6", "0.7"], two], 300.0),
            lambda: kernel([[None, None], two], 300.0),
            lambda: kernel(3.0, 300.0),
            lambda: kernel([two, two], "hot"),
            lambda: kernel([two, two], None),
            lambda: device.kernel(["I(a)"]),
            lambda: device.kernel(3),
            lambda: device.eval({"a": None}),
            lambda: device.eval({"a": np.array([1j])}),
            lambda: device.eval("a"),
            lambda: device.eval(0.6),
            lambda: device.eval({"a": 0.6}, 3),
            lambda: device.eval({"a": 0.6}, parameters={"IS": "small"}),
            lambda: device.function("I(a)", "IS", {"a": 1.0}),
            lambda: espice.eval(3, {"a": 1.0}),
        ]:
            self.refused(TypeError, "E1102", wrong)

    def refused(self, sort, code, wrong):
        """What is raised is Python's own sort of error, and one with a code."""
        with self.assertRaises(sort) as caught:
            wrong()
        self.assertIsInstance(caught.exception, espice.Error)
        self.assertEqual(caught.exception.code, code)
        self.assertTrue(str(caught.exception).startswith(f"{code}: "))

    def test_numbers_of_any_sort_are_converted(self):
        device = espice.device(template="junction_diode")
        kernel = device.kernel("I(a)", "dI(a)/dV(a)")
        wide = np.linspace(0.0, 1.0, 41)
        plain = kernel([np.array([0.0, 1.0, 0.0]), np.zeros(3)], 300.0)
        for volts in [
            np.array([0, 1, 0]),
            np.array([0, 1, 0], np.uint8),
            np.array([0, 1, 0], np.float32),
            np.array([False, True, False]),
            [0, 1, 0],
            (0.0, 1.0, 0),
            np.array([0, 1.0, 0], object),
            np.array([0.0, 9.0, 1.0, 9.0, 0.0])[::2],
            np.asfortranarray(np.array([[0.0, 1.0, 0.0], [2.0, 2.0, 2.0]]))[0],
            np.array([0.0, 1.0, 0.0])[::-1],
        ]:
            np.testing.assert_array_equal(kernel([volts, np.zeros(3, int)], 300), plain, str(volts))
        np.testing.assert_array_equal(kernel(np.array([[0, 1, 0], [0, 0, 0]]), [300] * 3), plain)
        np.testing.assert_array_equal(kernel([[0, 1, 0], [0] * 3], np.int64(300)), plain)
        vector = list(device.vector())
        np.testing.assert_array_equal(kernel([[0, 1, 0], [0] * 3], 300, vector), plain)
        strided = kernel([wide[::2], np.zeros(21)], np.full(42, 300.0)[::2])
        np.testing.assert_array_equal(strided, kernel([wide[::2].copy(), np.zeros(21)], 300.0))
        # What is masked has no value.
        masked = np.ma.array([0.0, 1.0, 0.0], mask=[False, True, False])
        np.testing.assert_array_equal(np.isnan(device.eval({"a": masked})["I(a)"]), masked.mask)

    def test_a_value_that_is_asked_for_twice_stands_twice(self):
        device = espice.device(".model m1 NMOS(LEVEL=3 VTO=0.7 KP=100u TOX=20n CGSO=1n CBD=1p)")
        volts = [np.linspace(0.1, 2, 70) + s for s in (1.0, 1.5, 0.0, -0.1)]
        names = [
            "I(d)", "I(d)", "Q(b)", "Q(b)", "dI(d)/dV(g)", "dI(d)/dV(g)", "C(b,b)", "C(b,b)",
            "dI(d)/dT", "dI(d)/dT", "dI(d)/dVTO", "dI(d)/dVTO", "G(d,g)", "I(d)",
        ]
        # The same place in memory holds other numbers before: rows that nobody writes would show.
        other = device.kernel(*[f"I({pin})" for pin in "dgsb"] * 3, "I(s)", "I(s)")(volts, 300.15)
        del other
        rows = device.kernel(*names)(volts, 300.15)
        self.assertEqual(rows.shape, (len(names), 70))
        for name, row in zip(names, rows):
            alone = device.kernel(name)(volts, 300.15)[0]
            self.assertTrue(np.any(alone != 0.0), name)
            np.testing.assert_array_equal(row, alone, name)
        self.assertEqual(list(device.eval({"d": 1.0}, ["I(d)", "I(d)"])), ["I(d)"])

    def test_a_card_without_a_line_feed_is_a_card(self):
        card = ".model d1 D(IS=1e-14 N=1.1)"
        wanted = espice.eval(card + "\n", {"a": 0.6})["I(a)"]
        self.assertEqual(espice.eval(card, {"a": 0.6})["I(a)"], wanted)
        self.assertEqual(espice.eval("  .MODEL d1 D(IS=1e-14 N=1.1)", {"a": 0.6})["I(a)"], wanted)
        self.assertEqual(espice.device(card).eval({"a": 0.6})["I(a)"], wanted)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "d.lib")
            path.write_text(card + "\n")
            self.assertEqual(espice.eval(path, {"a": 0.6})["I(a)"], wanted)
            # Below the roots of an engine, which are not where the program runs.
            rooted = espice.Engine(roots=[folder])
            self.assertEqual(rooted.eval("d.lib", {"a": 0.6})["I(a)"], wanted)

    def test_errors_of_devices_have_their_own_codes(self):
        two = ".model a D(IS=1f)\n.model b D(IS=1f)\n"
        for code, wrong in [
            ("E0660", lambda: espice.device("none.lib")),
            ("E0680", lambda: espice.device(".model x Q9(A=1)\n")),
            ("E0681", lambda: espice.device(".model d D(IS={x})\n")),
            ("E0806", lambda: espice.device(two)),
            ("E0720", lambda: espice.device(template="none")),
            ("E0720", lambda: espice.eval("none", {"a": 0.6})),
        ]:
            with self.assertRaises(espice.Error) as caught:
                wrong()
            self.assertEqual(caught.exception.code, code)
        # What is neither is told to be neither.
        self.assertIn("neither a template nor the path or text of a card", caught.exception.message)
        with self.assertRaises(espice.Error) as caught:
            espice.device("none.lib")
        self.assertIn(".subckt", caught.exception.help[-1])

    def test_values_that_no_device_has_are_told(self):
        device = espice.device(".model d1 D(IS=-1e-14 N=0 FOO=3 LEVEL=1 AF=1)")
        told = [(d["code"], d["severity"]) for d in device.diagnostics]
        self.assertEqual(told.count(("E0692", "warning")), 2, device.diagnostics)
        self.assertEqual(espice.device(CARD, model="d1").diagnostics, [])
        self.assertEqual(espice.device(template="junction_diode").diagnostics, [])
        request = {"card": "d.lib", "files": {"d.lib": ".model q1 NPN(BF=0)\n"}}
        evaluated = espice.call("model.eval", {**request, "at": [{"pin": "b", "volts": [0.6]}]})
        self.assertIn("E0692", [d["code"] for d in evaluated["diagnostics"]])

    def test_scipy_finds_the_parameters_of_a_device(self):
        try:
            from scipy.optimize import least_squares
        except ImportError:
            self.skipTest("there is no scipy")
        device = espice.device(template="junction_diode")
        volts = np.linspace(0.4, 0.9, 60)
        true = {"IS": 3e-13, "N": 1.3, "RS": 0.8}
        data = device.eval({"a": volts}, "I(a)", parameters=true)["I(a)"]
        model = device.function("I(a)", ["IS", "N", "RS"], {"a": volts})

        # On scales on which the parameters are of one size: log IS, N, RS.
        def residuals(x):
            return np.log(model([np.exp(x[0]), x[1], x[2]])) - np.log(data)

        def jacobian(x):
            at = [np.exp(x[0]), x[1], x[2]]
            return model.jac(at) / model(at)[:, None] * np.array([at[0], 1.0, 1.0])

        found = least_squares(residuals, [np.log(1e-12), 1.5, 0.3], jacobian, x_scale=[1, 0.1, 0.1])
        np.testing.assert_allclose([np.exp(found.x[0]), *found.x[1:]], list(true.values()), rtol=1e-6)

    def test_values_stand_in_the_order_in_which_they_were_asked_for(self):
        device = espice.device(template="junction_diode")
        names = ["dI(a)/dV(a)", "I(a)", "I(k)", "I(a)"]
        volts = [np.linspace(0.1, 0.6, 100), np.zeros(100)]
        together = device.kernel(*names)(volts, 300.15)
        for name, row in zip(names, together):
            np.testing.assert_array_equal(row, device.kernel(name)(volts, 300.15)[0], name)

    def test_what_was_given_out_never_changes(self):
        device = espice.device(template="junction_diode")
        kernel = device.kernel("I(a)", "dI(a)/dV(a)")
        volts = [np.linspace(0.1, 0.6, 100), np.zeros(100)]
        first = kernel(volts, 300.15)
        kept, row, part = first.copy(), first[1], memoryview(first[0])[5:]
        address = first.__array_interface__["data"][0]
        del first
        hot = [kernel(volts, 300.0 + k) for k in range(20)]
        self.assertTrue(all(h.__array_interface__["data"][0] != address for h in hot))
        np.testing.assert_array_equal(row, kept[1])
        np.testing.assert_array_equal(np.asarray(part), kept[0, 5:])
        self.assertEqual(len({h.__array_interface__["data"][0] for h in hot}), 20)
        # What nobody holds is used again, unless it has become something else.
        last = hot[-1].__array_interface__["data"][0]
        del hot
        again = [kernel(volts, 300.15) for _ in range(8)]
        self.assertIn(last, [a.__array_interface__["data"][0] for a in again])
        for array in again:
            np.testing.assert_array_equal(array, kept)
        again[0].shape = (200,)
        again[1].flags.writeable = False
        again[2].dtype = np.int64
        del again, array
        for _ in range(8):
            found = kernel(volts, 300.15)
            np.testing.assert_array_equal(found, kept)
            self.assertTrue(found.flags.writeable)

    def test_threads_share_a_kernel(self):
        device = espice.device(CARD, model="m1")
        volts = [np.linspace(0, 2, 500) + s for s in (0.0, 0.5, 0.0, -0.1)]
        kernel = device.kernel("I(d)", "dI(d)/dV(g)")
        alone = kernel(volts, 300.15)
        wrong = []

        # Results that are held want memory of their own, at which threads meet.
        def work():
            for _ in range(40):
                held = [kernel(volts, 300.15) for _ in range(12)]
                wrong.extend(None for values in held if not np.array_equal(values, alone))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
