#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The interface as committed lists, and the check that headers, export list and library agree with them.

    list.py --update [--cc CC]
        writes symbols.txt, structs.txt and constants.txt from the headers
    list.py [--cc CC] [--library FILE.so] [--archive FILE.a]
        compares; with a library also its dynamic symbols, with an archive of the core also what it asks of the C
        library and that it holds nothing writable

A changed line of a list is a changed interface: it wants a reason in CHANGELOG.md.
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from common import Count, HEADERS, ROOT, functions, macros, structs, types  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MAP = ROOT / "lib" / "crm.map"

# All that the core asks of the C library.
LIBC = set("""
    memchr memcmp memcpy memmove memset strlen strcmp strncmp strcspn
    realloc free
    fopen fclose fread fgetc ungetc ferror
    setvbuf fseek ftell fwrite fflush clearerr rename remove
    sqrt
    __errno_location
""".split())   # the last is errno

# What compilers put in by themselves: stack protection, offset tables, 64-bit division on 32 bits, memcmp as bcmp.
COMPILER = re.compile(r"_GLOBAL_OFFSET_TABLE_|__stack_chk_fail(_local)?|bcmp|__u?(div|mod|divmod)[dt]i\d|__x86\..*|_DYNAMIC")
INSTRUMENTED = re.compile(r"__(asan|ubsan|tsan|msan|gcov|llvm_prof)")


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          errors="replace", check=False, stdin=subprocess.DEVNULL, **options)


def evaluate(cc, lines, flags=()):
    """Compiles and runs a program that prints the given values; answers its lines, or None where it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "list.c"), os.path.join(folder, "list")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <crm/crm.h>\n#include <stdio.h>\nint main(void)\n{\n  crm_error *none = NULL;\n"
                       "  (void)none;\n%s\n  return 0;\n}\n" % "\n".join(lines))
        built = run(cc + ["-std=c99", *flags, "-I", str(HEADERS.parent), "-o", program, source])
        if built.returncode != 0:
            raise SystemExit("cannot compile the list of structs and constants:\n" + built.stderr)
        return run([program]).stdout.splitlines()


def struct_lines(cc, flags=()):
    lines = []
    for name, members in sorted(structs().items()):
        lines.append('  printf("%s %%lu\\n", (unsigned long)sizeof(%s));' % (name, name))
        for member, text in members:
            lines.append('  printf("%s.%s %%lu %%lu: %s\\n", (unsigned long)offsetof(%s, %s), '
                         '(unsigned long)sizeof(((%s *)0)->%s));' % (name, member, text, name, member, name, member))
    return evaluate(cc, lines, flags)


def constant_lines(cc):
    """Numbers alone: initializers, CRM_API and the version (which every release changes) are left out."""
    lines = []
    for name, value in sorted(macros().items()):
        if name.endswith("_INIT") or name == "CRM_API" or name.startswith("CRM_VERSION_"):
            continue
        lines.append('  printf("%s %%lld\\n", (long long)(%s));' % (name, name))
    return evaluate(cc, lines)


def symbol_lines():
    return [text for _, text in sorted(functions().items())] + [text for _, text in sorted(types().items())]


def lists(cc):
    return {"symbols.txt": symbol_lines(), "structs.txt": struct_lines(cc), "constants.txt": constant_lines(cc)}


def difference(committed, found):
    return (["gone or changed: %s" % line for line in committed if line not in set(found)]
            + ["new: %s" % line for line in found if line not in set(committed)]
            or ([] if committed == found else ["the order differs"]))


def padding(lines):
    """Members must follow each other without gaps, so that no byte of a struct is left undefined."""
    troubles, size, name, end = [], 0, None, 0
    for line in lines + ["end 0"]:
        part = line.split(":")[0].split()
        if "." in part[0]:
            if int(part[1]) != end:
                troubles.append("%s: a gap before it" % part[0])
            end = int(part[1]) + int(part[2])
        else:
            if name is not None and end != size:
                troubles.append("%s: a gap at its end" % name)
            name, size, end = part[0], int(part[1]), 0
    return troubles


def mapped():
    """The names of the export list, one a line."""
    text = re.sub(r"/\*.*?\*/", "", MAP.read_text(encoding="utf-8"), flags=re.S)
    inside = re.search(r"global:(.*)local:\s*\*;", text, flags=re.S).group(1)
    return re.findall(r"^\s*(\w+);$", inside, flags=re.M)


def exported(library):
    found = run(["nm", "-D", "--defined-only", library])
    names = (line.split() for line in found.stdout.splitlines())
    return sorted(part[2].split("@")[0] for part in names if len(part) == 3 and part[1] != "A")


def check_export(count, library):
    names = sorted(functions())
    count.check("lib/crm.map lists the functions of the headers", difference(sorted(mapped()), names))
    count.check("lib/crm.map names each function once",
                [] if len(set(mapped())) == len(mapped()) else ["a name stands twice"])
    if library is None or not library.endswith(".so") and ".so." not in library or shutil.which("nm") is None:
        count.skip("exported symbols", "no ELF library or no nm")
    else:
        count.check("the library exports the functions of the headers", difference(exported(library), names))


def check_archive(count, archive):
    symbols = run(["nm", "-A", archive]).stdout.splitlines()
    used, defined = {}, set()
    for line in symbols:
        member, _, rest = line.partition(": ") if ": " in line else line.rpartition(":")
        part = rest.split()
        if len(part) == 2 and part[0] in "Uw":
            used.setdefault(part[1], member.rsplit(":", 1)[-1])
        elif len(part) == 3:
            defined.add(part[2])
    foreign = {re.sub(r"^__(\w+)_chk$|^(fopen)64$", lambda found: found.group(1) or found.group(2), name): member for name, member in used.items() if name not in defined}
    instrumented = any(INSTRUMENTED.match(name) for name in foreign)
    count.check("there are symbols to look at", [] if len(defined) > 50 else ["only %d" % len(defined)])
    count.check("the core asks the C library for nothing else than agreed",
                ["%s by %s" % (name, member) for name, member in sorted(foreign.items())
                 if name not in LIBC and not COMPILER.match(name) and not INSTRUMENTED.match(name)])
    if instrumented:
        count.skip("nothing writable in the core", "instrumented code holds its own data")
        return
    troubles, member = [], ""
    for line in run(["objdump", "-h", archive]).stdout.splitlines():
        member = line.split(":")[0] if "file format" in line else member
        section = re.match(r"\s*\d+\s+(\S+)\s+([0-9a-f]+)\s", line)
        if section and int(section.group(2), 16) and not section.group(1).startswith(".data.rel.ro") \
                and re.match(r"\.(data|bss|tdata|tbss|sdata|sbss)(\.|$)", section.group(1)):
            troubles.append("%s: section %s" % (member, section.group(1)))
    count.check("nothing writable in the core", troubles)


def check(cc, library, archive):
    count = Count()
    for name, found in lists(cc).items():
        path = HERE / name
        committed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if name == "structs.txt" and evaluate(cc, ['  printf("%d\\n", (int)sizeof(void *));']) != ["8"]:
            count.skip(name, "the list is that of 64-bit platforms")
            continue
        count.check("%s (tests/abi/list.py --update)" % name, difference(committed, found))
        if name == "structs.txt":
            count.check("no gaps in structs", padding(found))
            count.check("-fshort-enums changes no struct", difference(found, struct_lines(cc, ["-fshort-enums"])))
    check_export(count, library)
    if archive is None or shutil.which("nm") is None or shutil.which("objdump") is None:
        count.skip("objects of the core", "no archive, nm or objdump")
    else:
        check_archive(count, archive)
    count.close()


def main():
    parser = argparse.ArgumentParser(description="the interface as lists")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--library", dest="shared")
    parser.add_argument("--archive")
    arguments = parser.parse_args()
    cc = shlex.split(arguments.cc)
    if arguments.update:
        for name, found in lists(cc).items():
            (HERE / name).write_text("".join(line + "\n" for line in found), encoding="utf-8", newline="\n")
        return
    check(cc, arguments.shared, arguments.archive)


if __name__ == "__main__":
    main()
