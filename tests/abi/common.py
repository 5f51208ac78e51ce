# SPDX-License-Identifier: MIT
"""What the checks of the interface share: reading C text and headers, counting."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = ROOT / "include" / "crm"


def without_comments(text):
    """C text with comments and string contents blanked, line breaks kept."""
    def blank(match):
        found = match.group(0)
        if found.startswith("/*"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + found[-1]
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def headers():
    return sorted(HEADERS.glob("*.h"))


def declarations(path):
    """The declarations of a header, each on one line: no comments, no directives, no extern "C"."""
    text = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", "", without_comments(path.read_text(encoding="utf-8")), flags=re.M)
    text = re.sub(r'extern\s*""\s*\{', "", text)
    found, start, depth = [], 0, 0
    for i, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth < 0:   # the end of extern "C"
            depth, start = 0, i + 1
        elif char == ";" and depth == 0:
            line = re.sub(r"\s+", " ", text[start:i]).strip()
            found.append(re.sub(r"\(\s+", "(", line))
            start = i + 1
    return found


def functions():
    """Name to prototype of every function of the interface."""
    found = {}
    for path in headers():
        for line in declarations(path):
            match = re.match(r"CRM_API (.*?)(\w+)\((.*)\)$", line)
            if match:
                found[match.group(2)] = line[len("CRM_API "):]
    return found


def types():
    """Name to text of every typedef that is no struct with members."""
    found = {}
    for path in headers():
        for line in declarations(path):
            if line.startswith("typedef ") and "{" not in line:
                name = re.search(r"\(\*(\w+)\)|(\w+)$", line)
                found[name.group(1) or name.group(2)] = line
    return found


def structs():
    """Name to members, as pairs of name and declaration, of every public struct."""
    found = {}
    for path in headers():
        for line in declarations(path):
            match = re.match(r"typedef struct \w+ \{(.*)\} (\w+)$", line)
            if match:
                members = [part.strip() for part in match.group(1).split(";") if part.strip()]
                found[match.group(2)] = [(member_name(member), member) for member in members]
    return found


def member_name(member):
    pointer = re.search(r"\(\*(\w+)\)", member)
    return pointer.group(1) if pointer else re.search(r"(\w+)(?:\[[^\]]*\])*$", member).group(1)


def macros():
    """Name to replacement text of every object-like macro of the interface."""
    found = {}
    for path in headers():
        text = without_comments(path.read_text(encoding="utf-8")).replace("\\\n", " ")
        for name, value in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(CRM_\w+)[ \t]+(\S.*?)[ \t]*$", text, flags=re.M):
            found[name] = value
    return found


class Count:
    """Counts checks, names those that fail, ends with one line."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, troubles):
        """Passes where there are no troubles (a list of lines)."""
        if troubles:
            self.failed += 1
            print("FAILED %s" % name)
            for line in troubles:
                print("  %s" % line)
        else:
            self.passed += 1

    def skip(self, name, why):
        self.skipped += 1
        print("skipped %s: %s" % (name, why))

    def close(self):
        tail = ", %d skipped" % self.skipped if self.skipped else ""
        print("%d passed, %d failed%s" % (self.passed, self.failed, tail))
        sys.exit(1 if self.failed else 0 if self.passed else 77)
