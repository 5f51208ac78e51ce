# SPDX-License-Identifier: MIT
"""Finds the shared library, and makes sure that it is the one this package was made for."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import List

from . import _ffi

__all__ = ["VERSION", "library", "native", "path"]

VERSION = "%d.%d.%d" % (_ffi.CRM_VERSION_MAJOR, _ffi.CRM_VERSION_MINOR, _ffi.CRM_VERSION_PATCH)

NAME = {"win32": "crm_python.dll", "darwin": "libcrm_python.dylib"}.get(sys.platform, "libcrm_python.so")


def _candidates() -> List[Path]:
    """Where the library may be: named by the environment, where a wheel has it, or where an editable build put it."""
    named = os.environ.get("LIBCRM_LIBRARY")
    if named:
        return [Path(named)]
    package = Path(__file__).resolve().parent
    builds = sorted(package.parents[1].glob("build/*/" + NAME), key=lambda path: path.stat().st_mtime, reverse=True)
    return [package.parent / ".libcrm.mesonpy.libs" / NAME] + builds


def _open() -> Path:
    tried: List[str] = []
    for candidate in _candidates():
        if not candidate.exists():
            tried.append("%s: not there" % candidate)
            continue
        try:
            ctypes.CDLL(str(candidate))
            return candidate
        except OSError as error:
            tried.append("%s: %s" % (candidate, error))
    raise ImportError(
        "the C library of libcrm cannot be loaded. Tried:\n  %s\n"
        "Reinstall the package with `pip install --force-reinstall libcrm`; in a checkout build it with "
        "`pip install ./bindings/python`, or let LIBCRM_LIBRARY name the library that a build made." % "\n  ".join(tried)
    )


def _differences(functions: _ffi.Functions) -> List[str]:
    """Structs that the library was compiled with in another form than this package knows."""
    found = []
    for name, kind in _ffi.STRUCTS.items():
        size = functions.crm_struct_size(name.encode())
        if size != ctypes.sizeof(kind):
            found.append("%s has %d bytes, not %d" % (name, size, ctypes.sizeof(kind)))
            continue
        for member, *_ in kind._fields_:
            if functions.crm_struct_offset(name.encode(), member.rstrip("_").encode()) != getattr(kind, member).offset:
                found.append("%s.%s stands elsewhere" % (name, member))
    return found


def _handshake(where: Path) -> _ffi.Functions:
    try:
        functions = _ffi.Functions(ctypes.CDLL(str(where)), ctypes.PyDLL(str(where)))
        answer = functions.crm_version_text()
    except AttributeError as error:
        raise ImportError(
            "%s lacks a function that libcrm %s calls (%s). Most likely it is of an older version that was left behind: "
            "remove it, or reinstall the package." % (where, VERSION, error)
        ) from None
    found = answer.decode() if answer else "?"
    if found != VERSION:
        raise ImportError(
            "the Python package is libcrm %s, the C library at %s is %s. Most likely two installations are mixed, or "
            "LIBCRM_LIBRARY names an old build: `pip install --force-reinstall libcrm` puts both on one version."
            % (VERSION, where, found)
        )
    different = _differences(functions)
    if different:
        raise ImportError(
            "the C library at %s lays out its structs otherwise than this package: %s. Most likely the sources have "
            "changed since one of the two was built: build both again." % (where, "; ".join(different[:3]))
        )
    return functions


class Native:
    """What the package's own C file adds: capsules, files, threads and memory in large pages."""

    def __init__(self, library: ctypes.CDLL, quick: ctypes.PyDLL) -> None:
        quick.crm_python_setup.argtypes = (ctypes.c_void_p,)
        quick.crm_python_setup.restype = None
        quick.crm_python_setup(ctypes.cast(ctypes.pythonapi.PyCapsule_GetPointer, ctypes.c_void_p))
        self.new = f = quick.crm_python_new
        f.argtypes, f.restype = (ctypes.c_int32,), ctypes.c_void_p
        self.drop = f = quick.crm_python_drop
        f.argtypes, f.restype = (ctypes.c_int32, ctypes.c_void_p), None
        self.name = f = quick.crm_python_name
        f.argtypes, f.restype = (ctypes.c_int32,), ctypes.c_void_p
        self.destructor = f = quick.crm_python_destructor
        f.argtypes, f.restype = (ctypes.c_int32,), ctypes.c_void_p
        self.files = f = quick.crm_python_files
        f.argtypes, f.restype = (ctypes.c_uint32, ctypes.POINTER(_ffi.crm_io)), ctypes.c_int32
        self.pages = f = quick.crm_python_pages
        f.argtypes, f.restype = (ctypes.POINTER(_ffi.crm_config),), ctypes.c_int32
        self.threads = f = library.crm_python_threads
        f.argtypes = (ctypes.c_uint32, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(_ffi.crm_executor))
        f.restype = ctypes.c_int32
        self.threads_free = f = library.crm_python_threads_free
        f.argtypes, f.restype = (ctypes.c_void_p,), None


path = _open()
library = _handshake(path)
native = Native(ctypes.CDLL(str(path)), ctypes.PyDLL(str(path)))
