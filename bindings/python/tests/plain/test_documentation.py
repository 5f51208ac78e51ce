# SPDX-License-Identifier: MIT
"""Docstrings: their examples run, and nothing public is without."""

import doctest
import importlib
import pkgutil
import unittest

import libcrm


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
