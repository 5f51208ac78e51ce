#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public header compiles alone, as C99 and as C++11, strictly, and needs <stddef.h> and <stdint.h> alone.

    headers.py --cc CC [--cxx CXX]
"""

import argparse
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from common import Count, HEADERS, headers  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-pedantic-errors", "-Wconversion", "-Wshadow", "-Wundef", "-Werror", "-fsyntax-only"]

# The two headers that the interface may need, with no more than the standard promises that it uses.
STDDEF = """#ifndef ONLY_STDDEF
#define ONLY_STDDEF
typedef __SIZE_TYPE__ size_t;
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
"""
STDINT = """#ifndef ONLY_STDINT
#define ONLY_STDINT
typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef __INT16_TYPE__ int16_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT64_TYPE__ uint64_t;
#define INT64_MAX __INT64_MAX__
#define INT64_MIN (-INT64_MAX - 1)
#define UINT64_MAX __UINT64_MAX__
#define INT64_C(value) ((int64_t)value##LL)
#define UINT64_C(value) ((uint64_t)value##ULL)
#endif
"""


def compile_text(command, text):
    done = subprocess.run(command + ["-"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", check=False)
    return done.stdout.splitlines()[:20] or ["the compiler failed"] if done.returncode else []


def use(header):
    """The header twice, and something that follows it."""
    return "#include <crm/%s>\n#include <crm/%s>\nint user(void);\nint user(void) { return CRM_OK; }\n" % (header, header)


def main():
    parser = argparse.ArgumentParser(description="public headers")
    parser.add_argument("--cc", required=True)
    parser.add_argument("--cxx")
    arguments = parser.parse_args()
    count = Count()
    base = ["-I", str(HEADERS.parent)] + WARNINGS
    compilers = {}
    for standard in ("c99", "c11"):
        compilers[standard] = shlex.split(arguments.cc) + ["-x", "c", "-std=" + standard] + base
    if arguments.cxx and shutil.which(shlex.split(arguments.cxx)[0]):
        compilers["c++11"] = shlex.split(arguments.cxx) + ["-x", "c++", "-std=c++11"] + base
    else:
        count.skip("headers as C++11", "no C++ compiler")
    for name, command in compilers.items():
        for path in headers():
            count.check("%s alone as %s" % (path.name, name), compile_text(command, use(path.name)))
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "stddef.h").write_text(STDDEF, encoding="utf-8")
        pathlib.Path(folder, "stdint.h").write_text(STDINT, encoding="utf-8")
        command = compilers["c99"] + ["-nostdinc", "-isystem", folder]
        for path in headers():
            count.check("%s with <stddef.h> and <stdint.h> alone" % path.name, compile_text(command, use(path.name)))
    count.close()


if __name__ == "__main__":
    main()
