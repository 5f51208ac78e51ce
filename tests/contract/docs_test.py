#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""What the documentation shows of crm-cockpit is what it does; what it says of the tables is the schema; its links lead somewhere.

    docs_test.py --cockpit PROGRAM [--update]

A page (README.md, docs/**/*.md) shows files and commands in fenced blocks, in this order:

    ```csv file=sales.csv       a file; any language may stand in front of file=
    ```console                  commands, each a line "$ crm-cockpit ...", a backslash at its end continues it;
                                below it what it writes, up to the next command

The commands of a page run in one folder with the files of the page that stand above them; examples/data/ is the
project's. Lines of output that begin with "crm-cockpit: " are standard error; a command without any may say something
there. A command must succeed unless "$ echo $?" and another status follow. --update writes what comes out into the
pages: look at the difference.
"""

import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", flags=re.M | re.S)
ERROR = "crm-cockpit: "
STATUS = "$ echo $?"


def steps(text):
    """The commands of a console block, each with the lines that follow it."""
    found = []
    lines = text.splitlines()
    while lines:
        command = [lines.pop(0)]
        while command[-1].endswith("\\") and lines:
            command.append(lines.pop(0))
        output = []
        while lines and not lines[0].startswith("$ "):
            output.append(lines.pop(0))
        found.append((command, output))
    return found


def run(cockpit, folder, command):
    words = shlex.split("\n".join(command)[2:].replace("\\\n", " "))
    if not words or words[0] != "crm-cockpit":
        raise ValueError("not a command of crm-cockpit")
    words = [str(ROOT / word) if word.startswith("examples/data/") else word for word in words[1:]]
    settings = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return subprocess.run([cockpit, *words], cwd=folder, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=600, check=False)


def step_result(cockpit, folder, command, wanted):
    """What the lines below a command should be, and its status."""
    done = run(cockpit, folder, command)
    lines = done.stdout.splitlines()
    errors = done.stderr.splitlines()
    if any(line.startswith(ERROR) for line in wanted) or not lines:
        lines += errors
    return lines, done.returncode


def check_console(cockpit, folder, place, text, troubles):
    """Runs a block; answers how many commands it holds and the block as it should be."""
    rewritten = []
    count = 0
    status = 0
    parts = steps(text)
    for i, (command, wanted) in enumerate(parts):
        rewritten += command
        if command == [STATUS]:
            rewritten += [str(status)]
            continue
        count += 1
        try:
            actual, status = step_result(cockpit, folder, command, wanted)
        except ValueError as error:
            troubles.append("%s: %s: %s" % (place, command[0], error))
            rewritten += wanted
            continue
        rewritten += actual
        follows = parts[i + 1] if i + 1 < len(parts) and parts[i + 1][0] == [STATUS] else (None, ["0"])
        if actual != wanted:
            troubles.append("%s: %s\nshown:\n%s\nwritten:\n%s" % (place, command[0], "\n".join(wanted), "\n".join(actual)))
        elif follows[1] != [str(status)]:
            troubles.append("%s: %s: exit status %d" % (place, command[0], status))
    return count, "\n".join(rewritten) + "\n"


def check_page(cockpit, path, update, troubles):
    text = path.read_text(encoding="utf-8")
    count = 0
    made = []
    end = 0
    with tempfile.TemporaryDirectory() as folder:
        for block in BLOCK.finditer(text):
            kind, body = block.group(1), block.group(2)
            named = re.search(r"\bfile=(\S+)$", kind)
            if named:
                pathlib.Path(folder, named.group(1)).write_bytes(body.encode("utf-8"))
            if kind == "console":
                place = "%s:%d" % (path.relative_to(ROOT).as_posix(), text.count("\n", 0, block.start()) + 2)
                commands, rewritten = check_console(cockpit, folder, place, body, troubles)
                count += commands
                made += [text[end:block.start(2)], rewritten]
                end = block.end(2)
    if update and made:
        path.write_bytes(("".join(made) + text[end:]).encode("utf-8"))
    return count


def anchors(path):
    """The fragments that a page's headings have."""
    headings = re.findall(r"^#+ +(.+?) *$", BLOCK.sub("", path.read_text(encoding="utf-8")), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(path, troubles):
    """Links to places inside the project."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    count = 0
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        count += 1
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (fragment and fragment not in anchors(target)):
            troubles.append("%s: the link %s leads nowhere" % (path.relative_to(ROOT).as_posix(), link))
    return count


def check_tables(troubles):
    """docs/tables.md lists the columns of the schema, in its order, with their roles."""
    roles = {"KEY": "key", "REQUIRED": "required", "OPTIONAL": "optional", "PART": "part"}
    source = (ROOT / "lib/store/schema.c").read_text(encoding="utf-8")
    page = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
    count = 0
    for table, body in re.findall(r"^static const crm__schema_column (\w+)\[\] = \{(.*?)^\};", source, flags=re.M | re.S):
        wanted = [(name, cell.lower(), roles[role])
                  for name, cell, role in re.findall(r'\{"(\w+)", CRM__CELL_(\w+), (\w+),', body)]
        section = re.search(r"^## `%s`[^\n]*\n(.*?)(?=^## |\Z)" % table, page, flags=re.M | re.S)
        shown = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \|", section.group(1), flags=re.M) if section else []
        count += 1
        if shown != wanted or not wanted:
            troubles.append("docs/tables.md: %s is %s, the schema %s" % (table, shown, wanted))
    return count


def main():
    parser = argparse.ArgumentParser(description="what the documentation shows")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--update", action="store_true", help="write what comes out into the pages")
    arguments = parser.parse_args()
    cockpit = os.path.abspath(arguments.cockpit)
    troubles = []
    count = check_tables(troubles)
    for path in PAGES:
        count += check_page(cockpit, path, arguments.update, troubles)
        count += check_links(path, troubles)
    for trouble in troubles:
        print("FAILED " + trouble)
    print("%d passed, %d failed" % (count - len(troubles), len(troubles)))
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
