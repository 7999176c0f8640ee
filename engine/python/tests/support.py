"""What the tests of the package share."""

import json
import pathlib
import shutil
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Folder(tempfile.TemporaryDirectory):
    """The files of the table of front ends in a folder that goes with the test."""

    def __enter__(self):
        folder = pathlib.Path(super().__enter__())
        for source in ("tests/front_ends", "tests/examples/EX41"):
            shutil.copytree(ROOT / source, folder, dirs_exist_ok=True)
        return folder


def table():
    return json.loads((ROOT / "tests/front_ends/requests.json").read_text())
