#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rules of the house that a compiler does not know: floors, banned functions, form of the interface and of files.

    lint.py
"""

import re
import subprocess
import sys

sys.dont_write_bytecode = True
from common import Count, ROOT, declarations, functions, headers, macros, structs, without_comments  # noqa: E402

# Locale, clock, environment, order and exit belong to the host; text goes through base/.
BANNED = set("""
    strtod strtof strtold atof atoi atol atoll strtol strtoul strtoll strtoull strtok strtok_r strcpy strcat sprintf
    vsprintf snprintf vsnprintf printf fprintf vprintf vfprintf puts putchar putc fputs fputc scanf sscanf fscanf gets
    setlocale localeconv localtime gmtime mktime strftime asctime ctime difftime time clock getenv system
    qsort bsearch rand srand random abort exit _Exit atexit assert signal raise longjmp setjmp alloca
    malloc calloc strdup strndup isalpha isdigit isspace isalnum isupper islower isxdigit ispunct tolower toupper
    strcoll strxfrm mbstowcs wcstombs exp exp2 expm1 log log2 log10 log1p pow lgamma tgamma erf erfc sin cos tan fma
""".split())

# Where one of them is needed all the same.
ALLOWED = {}

C99 = set("stddef.h stdint.h string.h stdlib.h stdio.h stdarg.h errno.h limits.h float.h math.h inttypes.h".split())

# What a file of a floor may include beside the public headers and its own floor.
FLOORS = {
    "base": (),
    "file": ("base/",),
    "table": ("base/",),
    "store": ("base/", "file/", "table/"),
    "analysis": ("base/", "table/build.h", "store/columns.h", "store/facts.h", "store/rows.h", "store/segment.h"),
    "cockpit": ("base/", "table/build.h", "table/csv.h", "store/facts.h", "store/rows.h", "store/customer.h",
                "analysis/lifecycle_handle.h", "analysis/organisation.h", "analysis/population.h", "analysis/pyramid_handle.h", "analysis/rfm_rules.h"),
}

EXTENSION = re.compile(r"__attribute__|__builtin_\w+|__int128|__typeof__|\btypeof\b|__extension__|__declspec|\basm\b|"
                       r"\b_Thread_local\b|\b_Atomic\b|\b_Generic\b|\bthread_local\b|\bsetjmp\b")

KNOWS = re.compile(r"__GNUC__|__clang__|__SIZEOF_INT128__|_MSC_VER")

# Fixed widths alone; size_t for bytes in memory.
UNFIXED = re.compile(r"\b(enum|bool|_Bool|long|short|unsigned|signed|int|float|wchar_t|FILE|time_t|va_list|ssize_t|"
                     r"ptrdiff_t|off_t|intptr_t|uintptr_t|union)\b")

# An element of an array whose owner fixes its form.
UNSIZED = {"crm_pair"}

WIDTH = 120


def inside(*folders, suffixes=(".c", ".h")):
    """Files below folders, but for what a build has put there."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))
            if path.suffix in suffixes and not any(part == "build" or part.startswith(".")
                                                   for part in path.relative_to(ROOT).parts)]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def numbered(path):
    return enumerate(without_comments(path.read_text(encoding="utf-8")).splitlines(), 1)


def banned_functions():
    troubles = []
    for path in inside("lib"):
        for number, line in numbered(path):
            for word in re.findall(r"(?<![\w.>])(\w+)\s*\(", line):
                if word in BANNED and word not in ALLOWED.get(name_of(path), ()):
                    troubles.append("%s:%d: %s" % (name_of(path), number, word))
    return troubles


def extensions():
    """An extension may only stand where the preprocessor has asked for the compiler that knows it."""
    troubles = []
    for path in inside("lib"):
        asked = []
        for number, line in numbered(path):
            directive = re.match(r"\s*#\s*(if|elif|else|endif)", line)
            word = directive.group(1) if directive else ""
            if word == "if":
                asked.append(bool(KNOWS.search(line)))
            elif word == "elif":
                asked[-1] = bool(KNOWS.search(line))
            elif word == "else":
                asked[-1] = False
            elif word == "endif":
                asked.pop()
            elif not any(asked):
                troubles += ["%s:%d: %s" % (name_of(path), number, found) for found in EXTENSION.findall(line)]
    return troubles


def includes(path):
    """Pairs of line number and what is included, in its brackets or quotes."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"][^>"]+[>"])', line)
        if match:
            yield number, match.group(1)


def floors():
    troubles = []
    for path in inside("lib"):
        floor = path.relative_to(ROOT / "lib").parts[0]
        if floor not in FLOORS:
            troubles.append("%s: on no floor" % name_of(path))
            continue
        for number, text in includes(path):
            inner = text[1:-1]
            if text[0] == "<":
                good = inner in C99 or inner.startswith("crm/") and (ROOT / "include" / inner).exists()
            else:
                good = inner.startswith((floor + "/",) + FLOORS[floor]) and (ROOT / "lib" / inner).exists()
            if not good:
                troubles.append("%s:%d: %s" % (name_of(path), number, text))
    return troubles


def outside_looks_in():
    """Examples use the interface alone."""
    troubles = []
    for path in inside("examples"):
        for number, line in numbered(path):
            if re.search(r"\bcrm__\w+", line):
                troubles.append("%s:%d: a name of the inside" % (name_of(path), number))
    return troubles


def analysis_has_header():
    return ["%s: no header of its name" % name_of(path) for path in inside("lib/analysis", suffixes=(".c",))
            if not any(file.exists() for file in (ROOT / "include/crm" / (path.stem.split("_")[0] + ".h"),
                                                  path.with_suffix(".h")))]


def header_includes():
    return ["%s:%d: %s" % (path.name, number, text) for path in headers() for number, text in includes(path)
            if text not in ("<stddef.h>", "<stdint.h>") and not re.fullmatch(r"<crm/\w+\.h>", text)]


def crm_h_includes_all():
    listed = {text[5:-1] for _, text in includes(ROOT / "include/crm/crm.h")}
    return ["crm.h: %s is missing" % path.name for path in headers() if path.name not in listed | {"crm.h"}]


def unfixed_types():
    troubles = []
    for path in headers():
        for line in declarations(path):
            if not line.startswith("struct Arrow"):   # its specification fixes their form
                troubles += ["%s: %s in: %s" % (path.name, word, line) for word in UNFIXED.findall(line)]
            troubles += ["%s: bit-field in: %s" % (path.name, line)] if re.search(r"\w\s*:\s*\d", line) else []
    return troubles


def struct_form():
    troubles = []
    for name, members in structs().items():
        if name in UNSIZED:
            continue
        if members[0][1] != "uint32_t struct_size":
            troubles.append("%s does not begin with uint32_t struct_size" % name)
        if name.upper() + "_INIT" not in macros():
            troubles.append("%s has no %s_INIT" % (name, name.upper()))
    return troubles


def function_form():
    troubles = []
    for name, text in functions().items():
        answer, inner = re.match(r"(.*?)\s*%s\((.*)\)$" % name, text).groups()
        last = inner.split(",")[-1].strip()
        if not re.fullmatch(r"crm_[a-z0-9]+(_[a-z0-9]+)*", name):
            troubles.append("%s: not a name of the form crm_<noun>_<verb>" % name)
        if (answer == "crm_status") != (last == "crm_error *error"):
            troubles.append("%s: crm_status and a crm_error last belong together" % name)
        if name.endswith("_free") and (answer != "void" or "," in inner):
            troubles.append("%s: a destructor takes one object and answers nothing" % name)
    return troubles


def documented():
    """A function, or the group it stands in, follows a comment that says since when it is there."""
    troubles = []
    for path in headers():
        for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            calls = re.findall(r"^CRM_API .*?(\w+)\(", block, flags=re.M)
            if calls and not re.search(r"/\*.*Since \d+\.\d+\..*\*/", block, flags=re.S):
                troubles.append("%s: %s" % (path.name, calls[0]))
    return troubles


def versions():
    found = macros()
    header = ".".join(found["CRM_VERSION_" + part] for part in ("MAJOR", "MINOR", "PATCH"))
    build = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="utf-8")).group(1)
    package = re.search(r"version: '([^']+)'", (ROOT / "bindings/python/meson.build").read_text(encoding="utf-8")).group(1)
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return ([] if header == build else ["include/crm/api.h says %s, meson.build %s" % (header, build)]) + \
           ([] if package == build else ["bindings/python/meson.build says %s, meson.build %s" % (package, build)]) + \
           ([] if "## " + header in log else ["CHANGELOG.md has no section %s" % header])


def lists_are_whole():
    """Each source stands in the list of a meson.build, each method and header where it belongs."""
    troubles = []
    for folder, build in (("lib", "lib/meson.build"), ("include/crm", "include/crm/meson.build"),
                          ("tests/unit", "tests/meson.build"), ("examples/cockpit", "examples/cockpit/meson.build")):
        text = (ROOT / build).read_text(encoding="utf-8")
        suffix = ".h" if folder == "include/crm" else ".c"
        for path in inside(folder, suffixes=(suffix,)):
            entry = path.relative_to(ROOT / folder).as_posix() if folder != "tests/unit" else path.name[:-len("_test.c")]
            if "'%s'" % entry not in text:
                troubles.append("%s is not in %s" % (name_of(path), build))
    build = "bindings/python/meson.build"
    text = (ROOT / build).read_text(encoding="utf-8")
    for path in sorted((ROOT / "bindings/python/src/libcrm").glob("*.py")):
        if "'src/libcrm/%s'" % path.name not in text:
            troubles.append("%s is not in %s" % (name_of(path), build))
    return troubles


def text_form():
    troubles = []
    for path in inside("lib", "include", "tests", "examples", "bindings", suffixes=(".c", ".h")):
        data = path.read_bytes()
        if b"\r" in data or b"\t" in data or not data.endswith(b"\n"):
            troubles.append("%s: LF ends, no tabs, a last line end" % name_of(path))
        text = data.decode("utf-8")
        if "SPDX-License-Identifier: MIT" not in text[:200]:
            troubles.append("%s: no licence line" % name_of(path))
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > WIDTH or line != line.rstrip():
                troubles.append("%s:%d: over %d columns, or blanks at the end" % (name_of(path), number, WIDTH))
        for number, line in numbered(path):
            if "//" in line:
                troubles.append("%s:%d: a // comment" % (name_of(path), number))
    return troubles


def unfinished():
    word = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    return ["%s:%d: %s" % (name_of(path), number, match.group(0))
            for path in inside("lib", "include", "tests", "examples", "docs", "bindings", suffixes=(".c", ".h", ".py", ".md"))
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            for match in word.finditer(line)]


def scripts():
    troubles = []
    for name in (".ci/install", ".ci/run", "examples/run", "tests/crash/run", "tests/fuzz/afl", "tests/fuzz/run",
                 "tests/run"):
        done = subprocess.run(["bash", "-n", str(ROOT / name)], stderr=subprocess.PIPE, encoding="utf-8", check=False)
        if done.returncode or not (ROOT / name).stat().st_mode & 0o100:
            troubles.append("%s: %s" % (name, done.stderr.strip() or "not executable"))
    return troubles


def main():
    count = Count()
    for name, rule in (
            ("the core calls no banned function", banned_functions),
            ("the core uses no extension of C99", extensions),
            ("a file uses its own floor and earlier ones", floors),
            ("examples use the interface alone", outside_looks_in),
            ("an analysis is named after its header", analysis_has_header),
            ("public headers include <stddef.h>, <stdint.h> and each other", header_includes),
            ("crm.h includes every header", crm_h_includes_all),
            ("public types have fixed widths", unfixed_types),
            ("public structs have a size and an initializer", struct_form),
            ("public functions have the common form", function_form),
            ("public functions are documented", documented),
            ("header, build and change log agree on the version", versions),
            ("lists of sources are whole", lists_are_whole),
            ("the form of source files", text_form),
            ("nothing is marked as unfinished", unfinished),
            ("shell scripts can be read and run", scripts)):
        count.check(name, rule())
    count.close()


if __name__ == "__main__":
    main()
