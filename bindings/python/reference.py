#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/python-reference.md, made from the docstrings.

    reference.py --update    writes it
    reference.py             compares it
"""

import argparse
import inspect
import os
import pathlib
import sys

sys.dont_write_bytecode = True
PACKAGE = pathlib.Path(__file__).resolve().parent
PAGE = PACKAGE.parents[1] / "docs" / "python-reference.md"

GROUPS = (
    ("Store and loads", ["Store", "Load", "Counts", "sample"]),
    ("Results", ["Table", "Column", "View"]),
    ("Handles", ["Pyramid", "Standing", "Segment", "Lifecycle", "LifeStanding", "LifeLimits", "Kpi", "Figure", "kpis", "Till",
                 "TillStanding", "Moved", "Reach", "Summary"]),
    ("Cockpit", ["Cockpit", "Snapshot"]),
    ("Threads and stopping", ["Threads", "cancel"]),
)


def signature(name, thing):
    """A call as one writes it: without types, which editors show, and without self."""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    parameters = [one.replace(annotation=inspect.Parameter.empty) for label, one in found.parameters.items() if label != "self"]
    return name + str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


def described(thing):
    """A docstring as Markdown: examples become blocks."""
    lines, out, inside = inspect.cleandoc(thing.__doc__ or "").splitlines(), [], False
    for line in lines:
        begins = line.lstrip().startswith(">>>")
        if begins and not inside:
            out.append("```python")
            inside = True
        elif inside and not line.strip():
            out.append("```")
            inside = False
        out.append(line)
    return "\n".join(out + ["```"] * inside)


def members(thing):
    """What a class has of its own or from a part of it, in the order it is written."""
    seen = {}
    for base in reversed([base for base in thing.__mro__ if base.__module__.startswith("libcrm")]):
        for name, value in vars(base).items():
            if not name.startswith("_") and getattr(value, "__doc__", None) and isinstance(
                    value, (property, staticmethod, type(lambda: None))):
                seen[name] = value
    return seen


def page_of_class(name, thing):
    is_tuple = issubclass(thing, tuple)
    head = "%s(%s)" % (name, ", ".join(thing._fields)) if is_tuple else signature(name, thing.__init__) if "__init__" in vars(
        thing) and name in ("Store", "Threads") else name
    out = ["### %s" % name, "", "`%s`" % head.replace("__init__", name), "", described(thing), ""]
    for member, value in members(thing).items() if not is_tuple else ():
        function = value.__func__ if isinstance(value, staticmethod) else value
        shown = member if isinstance(value, property) else signature(member, function)
        out += ["#### `%s.%s`" % (name, shown), "", described(value), ""]
    return out


def page():
    os.environ.setdefault("PYTHONPATH", str(PACKAGE / "src"))
    sys.path.insert(0, str(PACKAGE / "src"))
    import libcrm

    out = ["# Reference of the Python package", "",
           "Made from the docstrings by `bindings/python/reference.py --update`. [The page](python.md) shows how to begin.", ""]
    for title, names in GROUPS:
        out += ["## %s" % title, ""]
        for name in names:
            thing = getattr(libcrm, name)
            out += page_of_class(name, thing) if inspect.isclass(thing) else \
                ["### %s" % name, "", "`%s`" % signature(name, thing), "", described(thing), ""]
    out += ["## Exceptions", ""]
    for name in sorted(libcrm.__all__):
        thing = getattr(libcrm, name)
        if inspect.isclass(thing) and issubclass(thing, libcrm.Error):
            bases = [base.__name__ for base in thing.__bases__]
            out += ["### %s" % name, "", "`class %s(%s)`" % (name, ", ".join(bases)), "", described(thing), ""]
    listed = {name for _, names in GROUPS for name in names}
    missing = [name for name in libcrm.__all__ if name not in listed and not name.endswith(("Error", "__version__"))]
    if missing:
        raise SystemExit("reference.py: in no group: %s" % ", ".join(missing))
    return "\n".join(out).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description="the reference of the Python package")
    parser.add_argument("--update", action="store_true")
    if parser.parse_args().update:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
        return 0
    return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else 1


if __name__ == "__main__":
    sys.exit(main())
