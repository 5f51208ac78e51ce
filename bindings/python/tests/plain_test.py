#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests of tests/plain, which need nothing but Python.

    plain_test.py --library FILE [--cockpit PROGRAM] [NAME ...]
"""

import argparse
import os
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent


class Result(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    parser = argparse.ArgumentParser(description="the Python package without other packages")
    parser.add_argument("--library", dest="shared", required=True)
    parser.add_argument("--cockpit")
    parser.add_argument("names", nargs="*", help="plain.test_store and the like")
    arguments = parser.parse_args()
    os.environ["LIBCRM_LIBRARY"] = os.path.abspath(arguments.shared)
    sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]
    from plain import support

    support.LIBRARY = os.environ["LIBCRM_LIBRARY"]
    support.COCKPIT = arguments.cockpit and os.path.abspath(arguments.cockpit)
    loader = unittest.defaultTestLoader
    suite = (loader.loadTestsFromNames(arguments.names) if arguments.names
             else loader.discover(str(HERE / "plain"), top_level_dir=str(HERE)))
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=1).run(suite)
    failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    print("%d passed, %d failed" % (result.passed, failed) + (", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
