#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""abidiff of today's library and that of the last release, which is built from its tag (v0.1.0 and so on).

    compare.py --library FILE.so [--against REVISION]

Where no release is tagged, or there is no abidiff, the comparison is skipped; the lists of list.py hold in any case.
That abidiff would see a broken interface is tried on two small libraries each time.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from common import Count, ROOT  # noqa: E402

SMALL = """#include <stdint.h>
typedef struct small { uint32_t struct_size; %s value; } small;
int32_t crm_small(const small *of);
int32_t crm_small(const small *of) { return of->value == 0; }
"""

# Bits of abidiff's exit status.
BROKEN_TOOL = 1 | 2
INCOMPATIBLE = 8


def run(command, **options):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False, **options)


def last_release():
    if shutil.which("git") is None:
        return None
    found = run(["git", "-C", ROOT, "tag", "--list", "v[0-9]*", "--sort=-v:refname"])
    names = found.stdout.split()
    return names[0] if found.returncode == 0 and names else None


def built(revision, folder):
    """The shared library of a revision, or a RuntimeError."""
    archive = folder / "source.tar"
    source = folder / "source"
    source.mkdir()
    for command in (["git", "-C", ROOT, "archive", "-o", archive, revision], ["tar", "-xf", archive, "-C", source],
                    ["meson", "setup", "-Dtests=disabled", "-Ddefault_library=shared", folder / "build", source],
                    ["ninja", "-C", folder / "build", "lib/libcrm.so"]):
        done = run(command)
        if done.returncode:
            raise RuntimeError("%s\n%s" % (" ".join(map(str, command)), done.stdout[-2000:]))
    return (folder / "build" / "lib" / "libcrm.so").resolve()


def difference(before, after):
    """What abidiff tells of changes that break a client; [] where there are none."""
    done = run(["abidiff", "--no-added-syms", before, after])
    if done.returncode & BROKEN_TOOL:
        return ["abidiff failed"] + done.stdout.splitlines()[:20]
    return done.stdout.splitlines() if done.returncode else []


def sees_changes(folder):
    """Whether abidiff tells a changed struct, and is content with an equal one."""
    libraries = []
    for name, kind in (("a", "int32_t"), ("b", "int32_t"), ("c", "int64_t")):
        source, library = folder / (name + ".c"), folder / (name + ".so")
        source.write_text(SMALL % kind, encoding="utf-8")
        done = run(["cc", "-g", "-shared", "-fPIC", source, "-o", library])
        if done.returncode:
            return done.stdout.splitlines()
        libraries.append(library)
    return difference(libraries[0], libraries[1]) + \
        ([] if difference(libraries[0], libraries[2]) else ["a changed struct goes unseen"])


def main():
    parser = argparse.ArgumentParser(description="abidiff against the last release")
    parser.add_argument("--library", dest="shared", required=True)
    parser.add_argument("--against", help="another revision than the last release")
    arguments = parser.parse_args()
    count = Count()
    release = arguments.against or last_release()
    if shutil.which("abidiff") is None:
        count.skip("abidiff against the last release", "there is no abidiff (Debian: abigail-tools)")
        count.close()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        count.check("abidiff sees a changed struct", sees_changes(folder))
        if release is None:
            count.skip("abidiff against the last release", "no release is tagged; the lists of list.py are the baseline")
        else:
            try:
                count.check("nothing of %s is broken" % release, difference(built(release, folder), arguments.shared))
            except RuntimeError as trouble:
                count.check("%s can be built" % release, str(trouble).splitlines())
    count.close()


if __name__ == "__main__":
    main()
