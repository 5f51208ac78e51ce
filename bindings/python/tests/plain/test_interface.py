# SPDX-License-Identifier: MIT
"""Every public C function is bound, with all its types, and only to the library it was made for."""

import ctypes
import sys
import unittest

import libcrm
from libcrm import _ffi
from libcrm._library import library

from .support import PACKAGE, ROOT, in_child

ALTERED = """
import sys, ctypes, importlib.util as util
made = util.spec_from_file_location('libcrm._ffi', %r)
ffi = util.module_from_spec(made)
sys.modules['libcrm._ffi'] = ffi
made.loader.exec_module(ffi)
%s
import libcrm
"""


def altered(change):
    return in_child(ALTERED % (str(PACKAGE / "src" / "libcrm" / "_ffi.py"), change))


class Interface(unittest.TestCase):
    def test_every_function_has_types(self):
        sys.path.insert(0, str(ROOT / "tests" / "abi"))
        import common

        declared = common.functions()
        self.assertGreater(len(declared), 60)
        for name, text in declared.items():
            function = getattr(library, name)
            self.assertIsNotNone(function.argtypes, name)
            untyped = [kind for kind in function.argtypes if kind is ctypes.c_void_p]
            self.assertLessEqual(len(untyped), 1 if "void *" in text else 0, name)
            if not text.startswith("void "):
                self.assertIsNotNone(function.restype, name)

    def test_structs(self):
        if ctypes.sizeof(ctypes.c_void_p) != 8:
            self.skipTest("the list is that of 64-bit platforms")
        lines = (ROOT / "tests" / "abi" / "structs.txt").read_text(encoding="utf-8").splitlines()
        self.assertGreater(len(lines), 150)
        for line in lines:
            name, *numbers = line.split(":")[0].split()
            struct, _, member = name.partition(".")
            kind = _ffi.STRUCTS[struct]
            if member:
                place = getattr(kind, member, None) or getattr(kind, member + "_")
                self.assertEqual([place.offset, place.size], [int(number) for number in numbers], name)
            else:
                self.assertEqual(ctypes.sizeof(kind), int(numbers[0]), name)

    def test_a_wrong_handle_is_refused(self):
        store = libcrm.Store()
        with self.assertRaises(ctypes.ArgumentError):
            library.crm_table_rows(store._handle.pointer)

    def test_another_version_is_refused(self):
        status, text = altered("ffi.CRM_VERSION_MINOR += 1; ")
        self.assertNotEqual(status, 0)
        self.assertIn("two installations are mixed", text)

    def test_another_layout_is_refused(self):
        status, text = altered("class crm_pair(ctypes.Structure): _fields_ = [('name', ctypes.c_char_p)]\n"
                               "ffi.STRUCTS['crm_pair'] = crm_pair")
        self.assertNotEqual(status, 0)
        self.assertIn("crm_pair has 16 bytes, not 8", text)
        self.assertIn("build both again", text)

    def test_a_missing_library_is_named(self):
        status, text = in_child("import libcrm", LIBCRM_LIBRARY="/nowhere/crm.so")
        self.assertNotEqual(status, 0)
        self.assertIn("/nowhere/crm.so: not there", text)

    def test_a_foreign_library_is_named(self):
        status, text = in_child("import libcrm", LIBCRM_LIBRARY=_ctypes_file())
        self.assertNotEqual(status, 0)
        self.assertIn("lacks a function", text)


def _ctypes_file():
    import _ctypes

    return getattr(_ctypes, "__file__", "") or sys.executable
