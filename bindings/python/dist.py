# SPDX-License-Identifier: MIT
"""Puts what links point to into a source distribution: the library's sources, and the licence."""

import os
import pathlib
import shutil

FILES = ("LICENSE", "meson.build", "meson_options.txt", "include", "lib", "bindings/posix", "bindings/meson.build",
         "examples/data")

target = pathlib.Path(os.environ["MESON_DIST_ROOT"])
source = pathlib.Path(os.environ["MESON_SOURCE_ROOT"])
root = source.resolve().parents[1]

licence = target / "LICENSE"
licence.unlink(missing_ok=True)
shutil.copyfile(root / "LICENSE", licence)

library = target / "subprojects" / "crm"
if library.is_symlink():
    library.unlink()
for name in FILES:
    found, place = root / name, library / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if found.is_dir():
        shutil.copytree(found, place, dirs_exist_ok=True)
    else:
        shutil.copyfile(found, place)
