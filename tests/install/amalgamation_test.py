#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libcrm as two files, crm.c and crm.h: compiles as C99 and C++11, and answers as the library does, byte for byte.

    amalgamation_test.py --cc CC --cockpit PATH --library FILE [--all]

A small client and crm-cockpit are built on it. With --all every verb of both is asked in every form over the whole
sample; without it few of the C++ build, and over every eighth line of its sales.
"""

import argparse
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "platforms"))
import verbs  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-pedantic-errors", "-Wconversion", "-Wshadow", "-Wstrict-prototypes",
            "-Wmissing-prototypes", "-Wvla", "-Wno-unused-function", "-Werror"]
STRICT = ["-std=c99", *WARNINGS, "-ffp-contract=off"]
PLUS = ["-x", "c++", "-std=c++11", "-pedantic-errors", "-Wall", "-Wno-enum-compare", "-Wno-missing-braces",
        "-Wno-unused-function", "-Werror", "-ffp-contract=off"]

# Loads the sample's sales and writes the pyramid.
CLIENT = r"""#include "crm.h"
#include <stdio.h>
#include <stdlib.h>
static crm_status show(void *context, const void *bytes, size_t size)
{
  return fwrite(bytes, 1, size, (FILE *)context) == size ? CRM_OK : CRM_ERROR_IO;
}
static int failed(const crm_error *error)
{
  fprintf(stderr, "%s\n", error->message);
  return 1;
}
int main(int argc, char **argv)
{
  crm_error error = CRM_ERROR_INIT;
  crm_sink sink = CRM_SINK_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  sink.context = stdout;
  sink.write = show;
  if (argc != 2 || crm_store_create(NULL, NULL, &store, &error) != CRM_OK ||
      crm_load_begin(store, NULL, &load, &error) != CRM_OK ||
      crm_load_csv_file(load, "sales", NULL, argv[1], &error) != CRM_OK || crm_load_commit(load, &error) != CRM_OK ||
      crm_pyramid_compute(store, NULL, NULL, &pyramid, &error) != CRM_OK ||
      crm_pyramid_tiers(pyramid, &tiers, &error) != CRM_OK ||
      crm_table_write_csv(tiers, &sink, &error) != CRM_OK) {
    return failed(&error);
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  crm_load_free(load);
  crm_store_free(store);
  return 0;
}
"""


class Checks:
    def __init__(self, arguments, folder):
        self.cc, self.folder = shlex.split(arguments.cc), folder
        self.made, self.shared, self.all = folder / "made", arguments.shared, arguments.all
        self.cockpit = str(pathlib.Path(arguments.cockpit).resolve())
        self.passed = self.failed = self.skipped = 0
        self.data, self.told = verbs.DATA if arguments.all else self.slice(), {}

    def slice(self):
        """The sample, and of its sales every eighth line."""
        data = self.folder / "data"
        data.mkdir()
        for path in verbs.DATA.glob("*.csv"):
            shutil.copy(path, data)
        lines = (data / "sales.csv").read_bytes().splitlines(keepends=True)
        (data / "sales.csv").write_bytes(b"".join(lines[:1] + lines[1::8]))
        return data

    def answer(self, words):
        """What the library's crm-cockpit says."""
        if tuple(words) not in self.told:
            self.told[tuple(words)] = verbs.run([self.cockpit] + words)
        return self.told[tuple(words)]

    def run(self, *command):
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise RuntimeError("%s\n%s" % (" ".join(map(str, command)), done.stderr.decode("utf-8", "replace")[-4000:]))
        return done.stdout

    def check(self, name, test, *arguments):
        try:
            test(*arguments)
            self.passed += 1
        except (RuntimeError, AssertionError, OSError) as trouble:
            self.failed += 1
            print("FAILED %s\n%s" % (name, trouble))

    def skip(self, name, why):
        self.skipped += 1
        print("skipped %s: %s" % (name, why))

    def generate(self):
        for folder in (self.made, self.folder / "again"):
            self.run(sys.executable, ROOT / "lib" / "amalgamate.py", folder)
        for name in ("crm.c", "crm.h"):
            assert (self.made / name).read_bytes() == (self.folder / "again" / name).read_bytes(), name + " differs"
        public = self.folder / "include" / "crm"   # what examples include, out of the one header
        public.mkdir(parents=True)
        for path in (ROOT / "include" / "crm").glob("*.h"):
            (public / path.name).write_text("#include <crm.h>\n", encoding="utf-8")

    def compile(self, compiler, flags, into):
        self.run(*compiler, *flags, "-c", self.made / "crm.c", "-o", into)

    def parse(self, compiler, flags):
        self.run(*compiler, *flags, "-fsyntax-only", self.made / "crm.c")

    def client(self, compiler, flags, name, *linked):
        source = self.folder / "client.c"
        source.write_text(CLIENT, encoding="utf-8")
        program = self.folder / ("client-" + name)
        self.run(*compiler, *flags, "-I", self.made, "-c", source, "-o", self.folder / "client.o")
        self.run(*compiler, self.folder / "client.o", *linked, "-lm", "-o", program)
        return self.run(program, ROOT / "examples" / "data" / "sales.csv")

    def same_client(self):
        wanted = self.client(self.cc, STRICT, "library", self.shared)
        assert wanted.count(b"\n") > 4, "the client tells of no tiers: %r" % wanted
        assert self.client(self.cc, STRICT, "c", self.folder / "c.o") == wanted, "C99: the client's answers differ"

    def same_plus_client(self, plus):
        wanted = self.run(self.folder / "client-library", ROOT / "examples" / "data" / "sales.csv")
        assert self.client(plus, PLUS, "plus", "-x", "none", self.folder / "plus.o") == wanted, "C++: the answers differ"

    def same_cockpit(self, name, objects, linker, some):
        if not (self.folder / "cockpit").exists():
            (self.folder / "cockpit").mkdir()
            for path in sorted((ROOT / "examples" / "cockpit").glob("*.c")):
                self.run(*self.cc, "-std=c99", "-I", self.made, "-I", self.folder / "include", "-c", path,
                         "-o", self.folder / "cockpit" / (path.stem + ".o"))
        program = self.folder / ("crm-cockpit-" + name)
        self.run(*linker, *sorted((self.folder / "cockpit").glob("*.o")), *objects, "-lm", "-o", program)
        troubles = []
        for words in list(verbs.calls([self.cockpit]))[::some]:
            tail = words + ["--color", "never", "--width", "80"] + verbs.files(self.data)
            theirs, ours = self.answer(tail), verbs.run([str(program)] + tail)
            if (theirs.returncode, theirs.stdout, theirs.stderr) != (ours.returncode, ours.stdout, ours.stderr):
                troubles.append(" ".join(words))
        assert not troubles, "other answers than the library's:\n" + "\n".join(troubles)


def main():
    parser = argparse.ArgumentParser(description="libcrm as two files")
    for name in ("--cc", "--cockpit"):
        parser.add_argument(name, required=True)
    parser.add_argument("--library", dest="shared", required=True)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(arguments, pathlib.Path(folder))
        folder = checks.folder
        checks.check("made, and made the same again", checks.generate)
        checks.check("C99, no warning", checks.compile, checks.cc, STRICT, folder / "c.o")
        checks.check("a client, C99", checks.same_client)
        checks.check("crm-cockpit, C99", checks.same_cockpit, "c", [folder / "c.o"], checks.cc,
                     1 if arguments.all else 2)
        if shutil.which("clang"):
            checks.check("C99 by clang, no warning", checks.parse, ["clang"], STRICT)
        else:
            checks.skip("C99 by clang", "there is no clang")
        if shutil.which("g++"):
            checks.check("C++11", checks.compile, ["g++"], PLUS, folder / "plus.o")
            checks.check("a client, C++11", checks.same_plus_client, ["g++"])
            checks.check("crm-cockpit on C++11", checks.same_cockpit, "plus", [folder / "plus.o"], ["g++"],
                         1 if arguments.all else 8)
        else:
            checks.skip("C++11", "there is no g++")
        if shutil.which("clang++"):
            checks.check("C++11 by clang++", checks.parse, ["clang++"], PLUS)
        else:
            checks.skip("C++11 by clang++", "there is no clang++")
    print("%d passed, %d failed" % (checks.passed, checks.failed)
          + (", %d skipped" % checks.skipped if checks.skipped else ""))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
