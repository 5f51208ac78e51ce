#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libcrm as others get it: installed and found by pkg-config, shared and static, and as a meson subproject.

    install_test.py --source DIR --build DIR --cc CC
"""

import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

PROJECT = """project('host', 'c', default_options: ['default_library=static', 'c_std=c99', 'buildtype=debug'])
libcrm = dependency('libcrm', fallback: ['libcrm', 'libcrm_dep'])
executable('host', 'host.c', dependencies: libcrm)
"""

HOST = """#include <crm/crm.h>
#include <stdio.h>
int main(void)
{
  crm_store *store = NULL;
  if (crm_store_create(NULL, NULL, &store, NULL) != CRM_OK) {
    return 1;
  }
  printf("%s %d\\n", crm_version_text(), (int)crm_store_version(store));
  crm_store_free(store);
  return 0;
}
"""


class Checks:
    def __init__(self, arguments, folder):
        self.source, self.build, self.cc = arguments.source, arguments.build, shlex.split(arguments.cc)
        self.folder, self.host = folder, folder / "host.c"
        self.host.write_text(HOST, encoding="utf-8")
        self.passed = self.failed = self.skipped = 0

    def run(self, command, **environment):
        done = subprocess.run([str(part) for part in command], env={**os.environ, **environment}, encoding="utf-8",
                              errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError("%s\n%s" % (" ".join(map(str, command)), done.stdout))
        return done.stdout

    def check(self, name, test):
        try:
            test()
            self.passed += 1
        except (RuntimeError, AssertionError, OSError) as trouble:
            self.failed += 1
            print("FAILED %s\n%s" % (name, trouble))

    def installed(self):
        self.run(["meson", "install", "-C", self.build, "--no-rebuild", "--destdir", self.folder / "root"])
        files = [path for path in (self.folder / "root").rglob("*") if path.is_file()]
        self.pc = next(path for path in files if path.name == "libcrm.pc")
        headers = {path.name for path in files if path.parent.name == "crm" and path.suffix == ".h"}
        wanted = {path.name for path in pathlib.Path(self.source, "include", "crm").glob("*.h")}
        assert headers == wanted, "installed headers differ: %s" % sorted(headers ^ wanted)
        cockpit = next(path for path in files if path.name == "crm-cockpit")
        assert self.run([cockpit, "--version"]), "crm-cockpit --version says nothing"

    def flags(self, *options):
        found = self.run(["pkg-config", *options, "libcrm"], PKG_CONFIG_LIBDIR=str(self.pc.parent),
                         PKG_CONFIG_SYSROOT_DIR=str(self.folder / "root"))
        return shlex.split(found)

    def compiled(self, static):
        program = self.folder / ("static" if static else "shared")
        flags = self.flags("--cflags", "--libs", *(["--static"] if static else []))
        if static:
            flags = ["-l:libcrm.a" if flag == "-lcrm" else flag for flag in flags]
        self.run([*self.cc, "-std=c99", self.host, "-o", program, *flags])
        library = next(flag[2:] for flag in flags if flag.startswith("-L"))
        answer = self.run([program], LD_LIBRARY_PATH=library)
        assert answer == self.run(["pkg-config", "--modversion", "libcrm"],
                                  PKG_CONFIG_LIBDIR=str(self.pc.parent)).strip() + " 0\n", answer

    def subproject(self):
        project = self.folder / "project"
        (project / "subprojects").mkdir(parents=True)
        (project / "subprojects" / "libcrm").symlink_to(pathlib.Path(self.source).resolve())
        (project / "meson.build").write_text(PROJECT, encoding="utf-8")
        shutil.copy(self.host, project / "host.c")
        self.run(["meson", "setup", "--wrap-mode=forcefallback", project / "build", project], CC=shlex.join(self.cc))
        self.run(["meson", "compile", "-C", project / "build"])
        self.run([project / "build" / "host"])


def main():
    parser = argparse.ArgumentParser(description="libcrm installed")
    for name in ("--source", "--build", "--cc"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(arguments, pathlib.Path(folder))
        checks.check("install", checks.installed)
        if shutil.which("pkg-config"):
            checks.check("pkg-config, shared", lambda: checks.compiled(static=False))
            checks.check("pkg-config, static", lambda: checks.compiled(static=True))
        else:
            print("skipped: no pkg-config")
            checks.skipped += 2
        checks.check("subproject", checks.subproject)
    print("%d passed, %d failed" % (checks.passed, checks.failed)
          + (", %d skipped" % checks.skipped if checks.skipped else ""))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
