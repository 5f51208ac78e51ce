# SPDX-License-Identifier: MIT
"""cmocka from its source, for compilers whose systems bring none. One file, so no build system of its own is needed.

The source is the release named here, whatever it came from: CRM_CMOCKA names its archive; else it is the one of Debian's
source package, where apt can have that; else it is fetched from where cmocka is published.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile

VERSION = "1.1.5"
SHA256 = "f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6"
ADDRESS = "https://cmocka.org/files/1.1/cmocka-%s.tar.xz" % VERSION

FLAGS = ["-DHAVE_STDLIB_H", "-DHAVE_STRING_H", "-DHAVE_INTTYPES_H", "-DHAVE_STDINT_H", "-DHAVE_SETJMP_H",
         "-DHAVE_STDARG_H", "-DHAVE_SIGNAL_H", "-DHAVE_STDDEF_H", "-DHAVE_STDIO_H", "-DHAVE_TIME_H", "-DHAVE_SYS_TYPES_H"]


def good(path):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def quiet(command, folder):
    try:
        return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False, timeout=180).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def from_debian(folder):
    """The source package, by a list of sources of its own: the system's may leave them out."""
    release = {}
    for line in pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        release[name] = value.strip('"')
    if shutil.which("apt-get") is None or release.get("ID") != "debian":
        return
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n", encoding="utf-8")
    apt = ["apt-get", "-o", "Dir::Etc::sourcelist=%s" % (folder / "sources.list"), "-o", "Dir::Etc::sourceparts=-",
           "-o", "Dir::State::lists=%s" % (folder / "lists")]
    if quiet(apt + ["update"], folder):
        quiet(apt + ["source", "--download-only", "cmocka"], folder)


def archive(folder):
    """The archive in a folder, brought there where it is missing; None where it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [folder / ("cmocka_%s.orig.tar.xz" % VERSION), folder / ("cmocka-%s.tar.xz" % VERSION)]
    given = os.environ.get("CRM_CMOCKA")
    if given:
        names.insert(0, pathlib.Path(given))
    steps = [lambda: None]
    if not given:
        steps += [lambda: from_debian(folder), lambda: quiet(["curl", "-fsSLO", ADDRESS], folder)]
    for step in steps:
        step()
        for path in names:
            if good(path):
                return path
    return None


def source(folder):
    """The folder of the unpacked source; None where there is none."""
    inside = folder / ("cmocka-" + VERSION)
    if not (inside / "src" / "cmocka.c").exists():
        found = archive(folder)
        if found is None:
            return None
        with tarfile.open(found) as packed:
            packed.extractall(folder)
    (inside / "src" / "config.h").touch()
    return inside
