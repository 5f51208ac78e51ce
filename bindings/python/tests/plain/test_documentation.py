# SPDX-License-Identifier: MIT
"""Docstrings: their examples run, and nothing public is without."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
import unittest

import libcrm
import pages
from .support import PACKAGE


class Docstrings(unittest.TestCase):
    def test_examples(self):
        attempted = 0
        for name in [""] + ["." + item.name for item in pkgutil.iter_modules(libcrm.__path__)]:
            result = doctest.testmod(importlib.import_module("libcrm" + name), verbose=False)
            self.assertEqual(result.failed, 0, name)
            attempted += result.attempted
        self.assertGreater(attempted, 40)

    def test_everything_public_is_described(self):
        for name in libcrm.__all__:
            thing = getattr(libcrm, name)
            if isinstance(thing, str):
                continue
            self.assertTrue(thing.__doc__, name)
            for member, value in vars(thing).items() if isinstance(thing, type) else ():
                if not member.startswith("_") and type(value).__name__ == "function":
                    inherited = any(getattr(getattr(base, member, None), "__doc__", None) for base in thing.__mro__[1:])
                    self.assertTrue(value.__doc__ or inherited, "%s.%s" % (name, member))

    @unittest.skipIf(sys.version_info < (3, 11), "signatures are written in another way")
    def test_the_reference_is_made_from_them(self):
        done = subprocess.run([sys.executable, str(PACKAGE / "reference.py")], check=False)
        self.assertEqual(done.returncode, 0, "bindings/python/reference.py --update")


class Pages(unittest.TestCase):
    def test_sessions(self):
        for page in pages.PAGES:
            tried, failed, said = pages.run(page, others=False)
            self.assertEqual(failed, 0, said)
        self.assertGreater(pages.run(pages.PAGES[0], others=False)[0], 20)
