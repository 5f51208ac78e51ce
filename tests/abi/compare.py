#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""abidiff of today's library and what clients were compiled against: the first headers (old/first.h), and the last
release, which is built from its tag (v0.1.0 and so on).

    compare.py [--against REVISION]

Libraries are built as one file (lib/amalgamate.py): of a function that one file declares and another defines, abidiff
may see the declaration alone, and then compares nothing. Where there is no abidiff, or no release is tagged, that part
is skipped; the lists of list.py hold in any case. What abidiff sees is tried on small libraries each time.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from common import Count, ROOT, declarations, functions  # noqa: E402

FIRST = pathlib.Path(__file__).resolve().parent / "old" / "first.h"

SMALL = """#include <stdint.h>
typedef struct crm_small { %s } crm_small;
int32_t crm_small_get(const crm_small *of);
int32_t crm_small_get(const crm_small *of) { return of->struct_size == 0; }
"""

# Fields of a small struct, and whether a client that knows the first of them still runs.
TRIALS = [
    ("uint32_t struct_size; uint32_t reserved; int32_t a;", True),
    ("uint32_t struct_size; uint32_t reserved; int32_t a; int32_t b; int64_t c;", True),
    ("uint32_t struct_size; int32_t used; int32_t a;", True),
    ("uint32_t struct_size; uint32_t reserved; int64_t a;", False),
    ("uint32_t struct_size; uint32_t reserved; int32_t b; int32_t a;", False),
    ("uint32_t struct_size; uint32_t reserved;", False),
    ("uint32_t struct_size; int64_t used; int32_t a;", False),
]

# Bits of abidiff's exit status.
BROKEN_TOOL = 1 | 2
INCOMPATIBLE = 8


def run(command, **options):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False, **options)


def need(command):
    done = run(command)
    if done.returncode:
        raise RuntimeError("%s\n%s" % (" ".join(map(str, command)), done.stdout[-2000:]))
    return done.stdout


def compiled(source, library):
    need(["cc", "-std=c99", "-g", "-w", "-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-soname,libcrm.so.0",
          "-I", source.parent, source, "-o", library, "-lm"])
    return library


def last_release():
    if shutil.which("git") is None:
        return None
    found = run(["git", "-C", ROOT, "tag", "--list", "v[0-9]*", "--sort=-v:refname"])
    names = found.stdout.split()
    return names[0] if found.returncode == 0 and names else None


def built(tree, folder):
    """The library of a source tree."""
    need([sys.executable, tree / "lib" / "amalgamate.py", folder])
    return compiled(folder / "crm.c", folder / "crm.so")


def built_release(revision, folder):
    archive, tree = folder / "source.tar", folder / "source"
    tree.mkdir()
    need(["git", "-C", ROOT, "archive", "-o", archive, revision])
    need(["tar", "-xf", archive, "-C", tree])
    return built(tree, folder / "release")


def built_first(folder):
    """What the first headers declare, as a library that does nothing."""
    lines = ["#include \"first.h\""]
    for line in declarations(FIRST):
        match = re.match(r"(?!typedef)(.*?)(\w+)\(.*\)$", line)
        if match:
            lines += ['__attribute__((visibility("default"))) ' + line + ";",
                      line + (" {}" if match.group(1).strip() == "void" else " { return 0; }")]
    (folder / "first.h").write_text(FIRST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "first.c").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return compiled(folder / "first.c", folder / "first.so")


def breaks(report):
    """The lines of a report by leaf types that tell of more than fields at the end, or in the place of `reserved`."""
    found, size = [], 0
    for line in report.splitlines():
        text = line.strip()
        grown = re.fullmatch(r"  type size changed from (\d+) to (\d+) \(in bits\)", line)
        added = re.match(r"    '.*', at offset (\d+) \(in bits\)", line)
        if grown:
            size = int(grown.group(1))
            good = int(grown.group(2)) > size
        elif added:
            good = int(added.group(1)) >= size
        elif line.startswith("      "):   # how the type of a field has changed: its size must not
            good = "size changed" not in text
        else:
            good = (not text or text == "type size hasn't changed" or re.match(r"(Leaf|Changed leaf|Removed/Changed/Added) .*summary: ", text)
                    and not re.search(r"[1-9]\d* Removed", text)
                    or re.match(r"\d+ functions? with some sub-type change:", text)
                    or re.match(r"\[C\] 'function .* has some sub-type changes:$", text)
                    or re.match(r"'struct crm_\w+ at .*' changed:$", text)
                    or re.match(r"\d+ data member insertions?:$", text) or text == "there are data member changes:"
                    or re.match(r"type '.*' of 'crm_\w+::reserved' changed:$", text)
                    or re.match(r"and name of 'crm_\w+::reserved' changed to ", text))
        if not good:
            found.append(text)
    return found


def difference(before, after):
    """What abidiff tells of changes that break a client; [] where there are none."""
    done = run(["abidiff", "--no-added-syms", "--leaf-changes-only", before, after])
    if done.returncode & BROKEN_TOOL:
        return ["abidiff failed"] + done.stdout.splitlines()[:20]
    found = breaks(done.stdout)
    return found or (["incompatible"] + done.stdout.splitlines() if done.returncode & INCOMPATIBLE else [])


def sees_changes(folder):
    """Whether the trials are told as they should be."""
    libraries = []
    for number, (fields, _) in enumerate(TRIALS):
        source = folder / ("small%d.c" % number)
        source.write_text("#pragma GCC visibility push(default)\n" + SMALL % fields, encoding="utf-8")
        libraries.append(compiled(source, source.with_suffix(".so")))
    return ["%s: %s" % (fields, difference(libraries[0], library) or "goes unseen")
            for (fields, runs), library in zip(TRIALS, libraries) if runs != (not difference(libraries[0], library))]


def unseen(library):
    """Functions of the interface that abidiff knows no types of."""
    seen = set(re.findall(r"<function-decl [^>]*elf-symbol-id='(\w+)", need(["abidw", library])))
    return sorted(set(functions()) - seen)


def main():
    parser = argparse.ArgumentParser(description="abidiff against the first headers and the last release")
    parser.add_argument("--against", help="another revision than the last release")
    arguments = parser.parse_args()
    count = Count()
    release = arguments.against or last_release()
    if shutil.which("abidiff") is None or shutil.which("abidw") is None:
        count.skip("abidiff against the first headers and the last release", "there is no abidiff (Debian: abigail-tools)")
        count.close()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        try:
            today = built(ROOT, folder / "today")
            count.check("abidiff sees a changed struct", sees_changes(folder))
            count.check("abidiff knows the types of every function", unseen(today))
            count.check("nothing of the first headers is broken", difference(built_first(folder), today))
            if release is None:
                count.skip("abidiff against the last release", "no release is tagged")
            else:
                count.check("nothing of %s is broken" % release, difference(built_release(release, folder), today))
        except RuntimeError as trouble:
            count.check("libraries can be built", str(trouble).splitlines())
    count.close()


if __name__ == "__main__":
    main()
