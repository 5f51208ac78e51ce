#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the wrappers of calls.h and trials.h: one for each function of tests/abi/symbols.txt that answers a status.

    calls.py SYMBOLS STRUCTS
"""

import re
import sys

# A load that has failed is over, a till has to be synced when it could not advance; what has been read from a source, or
# written to a sink, cannot be had back.
ONCE = re.compile(r"crm_till_advance|\bcrm_(sink|source) \*|[(, ]crm_load \*")

# What may write to the file of a store.
WRITES = re.compile(r"crm_load_(append|arrow|csv|commit)|crm_store_(attribute|compact)$|crm_identity_(erase|forget)")


def words(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def outputs(parameters, structs):
    """What a call may write to, its size (0: the struct says it), and whether it may become NULL."""
    for parameter in parameters:
        kind, name = re.fullmatch(r"(.*?)(\w+)", parameter).groups()
        kind = kind.strip()
        if kind == "crm_error *" or "const" in kind or "*" not in kind:
            continue
        if kind.endswith("**") or kind in ("int64_t *", "int32_t *") or kind.startswith("struct Arrow"):
            yield name, "sizeof *%s, %d" % (name, kind.endswith("**"))
        elif kind[:-2] in structs:
            yield name, "0, 0"


def wrapper(name, parameters, structs):
    told = ", ".join(parameters)
    names = ", ".join(re.search(r"\w+$", parameter).group() for parameter in parameters)
    call = "__real_%s(%s)" % (name, names)
    once = bool(ONCE.search("%s(%s" % (name, told)))
    first = re.match(r"crm_(store|load) \*(\w+)$", parameters[0])
    lines = ["crm_status __real_%s(%s);" % (name, told), "crm_status __wrap_%s(%s);" % (name, told),
             "crm_status __wrap_%s(%s)" % (name, told), "{", "  test_call call;", "  crm_status status;",
             '  if (!test_call_begin(&call, "%s", error, %d)) {' % (name, once), "    return %s;" % call, "  }"]
    lines += ["  test_call_out(&call, %s, %s);" % output for output in outputs(parameters, structs)]
    if WRITES.match(name):
        of = "test_trial_of_%s(%s)" % first.groups()
        lines += ["  while (test_trial_again(&call, %s)) {" % of, "    test_trial_end(&call, %s);" % call, "  }"]
    if name == "crm_store_create":
        call = "test_trial_store(%s)" % names
    lines += ["  do {", "    test_call_arm(&call);", "    status = %s;" % call,
              "  } while (test_call_again(&call, status));"]
    if WRITES.match(name):
        lines.append("  test_trial_after(status, %s);" % of)
    return lines + ["  test_call_end();", "  return status;", "}", ""]


def main():
    symbols, structs = words(sys.argv[1]), {line.split()[0] for line in words(sys.argv[2]) if re.fullmatch(r"\w+ \d+", line)}
    lines = ["/* Made by tests/support/calls.py. */", "#include <crm/crm.h>", "", '#include "support/calls.h"',
             '#include "support/trials.h"', ""]
    for symbol in symbols:
        found = re.fullmatch(r"crm_status (crm_\w+)\((.*)\)", symbol)
        if found:
            lines += wrapper(found.group(1), found.group(2).split(", "), structs)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
