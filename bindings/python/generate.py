#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the Python package knows of the C interface, made from the headers.

    generate.py --update    writes src/libcrm/_ffi.py and lib/base/structs.c
    generate.py             compares them with what the headers say

Every function gets its argtypes and restype, every handle a type of its own, every struct a mirror, every constant its
value. lib/base/structs.c holds the sizes and offsets that the library was compiled with, which the package compares
with its mirrors when it is imported.
"""

import argparse
import keyword
import pathlib
import re
import sys
import textwrap

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "abi"))
from common import Count, functions, macros, structs, types  # noqa: E402

PYTHON = ROOT / "bindings" / "python" / "src" / "libcrm" / "_ffi.py"
C = ROOT / "lib" / "base" / "structs.c"

PLAIN = {
    "int8_t": "c_int8", "uint8_t": "c_uint8", "int16_t": "c_int16", "uint16_t": "c_uint16", "int32_t": "c_int32",
    "uint32_t": "c_uint32", "int64_t": "c_int64", "uint64_t": "c_uint64", "size_t": "c_size_t", "double": "c_double",
    "char": "c_char", "crm_status": "c_int32", "int": "c_int",
}

# What Python code sees where such a value is returned.
HINTS = {"c_char_p": "Optional[bytes]", "None": "None"}

# Text without an end: reading it as a C string would go past it.
UNENDED = {"bytes"}

ARROW = '''class ArrowSchema(Structure):
    """A type, as the Arrow C data interface lays it out."""


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArray(Structure):
    """Values, as the Arrow C data interface lays them out."""


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArrayStream(Structure):
    """A stream of arrays, as the Arrow C stream interface lays it out."""

    _fields_ = [
        ("get_schema", c_void_p),
        ("get_next", c_void_p),
        ("get_last_error", c_void_p),
        ("release", c_void_p),
        ("private_data", c_void_p),
    ]
'''

HEAD = '''# SPDX-License-Identifier: MIT
# Made by bindings/python/generate.py from include/crm: change the headers, then run it with --update.
"""The C interface as ctypes sees it."""

from __future__ import annotations

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    PyDLL,
    Structure,
    c_char,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    sizeof,
)
from typing import Any, Callable, Dict, Optional, Tuple, Type, TypeVar

'''

TAIL = '''

T = TypeVar("T", bound=Structure)


def new(kind: Type[T]) -> T:
    """A struct as its _INIT macro begins it."""
    value = kind()
    for name, default in INITIAL[kind.__name__]:
        setattr(value, name, default)
    return value
'''


def safe(name):
    """A name that Python lets stand: `from` becomes `from_`."""
    return name + "_" if keyword.iskeyword(name) else name


def split(text):
    """Parameters of a list, which hold no commas of their own."""
    return [part.strip() for part in text.split(",")] if text.strip() not in ("", "void") else []


class Interface:
    def __init__(self):
        self.functions = functions()
        self.types = types()
        self.structs = structs()
        self.macros = macros()
        self.handles = [name for name, text in self.types.items() if re.fullmatch(r"typedef struct \w+ \w+", text)]
        self.calls = {name: text for name, text in self.types.items() if "(*" in text}

    def ctype(self, text, member=None):
        """The ctypes type of a C declaration without its name."""
        text = re.sub(r"\b(const|struct)\b", " ", text)
        stars = text.count("*")
        base = text.replace("*", " ").strip()
        if base in self.calls and stars == 0:
            return base
        if base == "void":
            return {0: "None", 1: "c_void_p"}.get(stars, "POINTER(c_void_p)")
        if base == "char" and stars:
            pointer = "c_void_p" if member in UNENDED else "c_char_p"
            return "POINTER(%s)" % pointer if stars == 2 else pointer
        kind = PLAIN.get(base, base)
        if kind == base and base not in self.structs and base not in self.handles and not base.startswith("Arrow"):
            raise SystemExit("generate.py: no ctypes type for %r" % text)
        return "POINTER(" * stars + kind + ")" * stars

    def parameter(self, text):
        """A parameter's type and name."""
        match = re.fullmatch(r"(.*?)(\w+)", text)
        return self.ctype(match.group(1)), match.group(2)

    def callback(self, text):
        """The CFUNCTYPE of `answer (*name)(parameters)`."""
        answer, parameters = re.fullmatch(r"(.*?)\(\*\w+\)\((.*)\)", text.strip()).groups()
        kinds = [self.ctype(re.fullmatch(r"(.*?)\w*", part).group(1)) if "*" not in part[-1:] else self.ctype(part)
                 for part in split(parameters)]
        return "CFUNCTYPE(%s)" % ", ".join([self.ctype(answer)] + kinds)

    def member(self, name, text):
        """The ctypes type of a struct's member."""
        if "(*" in text:
            return self.callback(text)
        match = re.fullmatch(r"(.*?)\w+((?:\[\d+\])*)", text)
        kind = self.ctype(match.group(1), name)
        for size in re.findall(r"\[(\d+)\]", match.group(2)):
            kind += " * %s" % size
        return kind

    def number(self, text):
        """The value of a constant, None where it is no number."""
        text = re.sub(r"U?INT64_C\((\w+)\)", r"\1", text).strip()
        text = text.replace("INT64_MIN", str(-2**63)).replace("INT64_MAX", str(2**63 - 1))
        for name in sorted(self.macros, key=len, reverse=True):
            if name in text:
                text = text.replace(name, "(%s)" % self.macros[name])
        text = re.sub(r"\b(\d+)[uUlL]+\b", r"\1", text)
        if not re.fullmatch(r"[-+*|()<\d\sxXa-fA-F]+", text) or not re.search(r"\d", text):
            return None
        return eval(text, {"__builtins__": {}})   # numbers and operators alone, by the line above

    # ---- what is written

    def constants(self):
        found = {}
        for name, value in self.macros.items():
            number = None if name.endswith("_INIT") or name == "CRM_API" else self.number(value)
            if number is not None:
                found[name] = number
            elif not name.endswith("_INIT") and name != "CRM_API":
                raise SystemExit("generate.py: no value for %s: %r" % (name, value))
        return found

    def initial(self, name, members):
        """Pairs of member and first value, those that are 0 or NULL left out."""
        macro = self.macros.get(name.upper() + "_INIT")
        if macro is None:
            return []
        values = [part.strip() for part in re.fullmatch(r"\{(.*)\}", macro.strip()).group(1).split(",")]
        if len(values) != len(members):
            raise SystemExit("generate.py: %s_INIT has %d values for %d members" % (name.upper(), len(values), len(members)))
        found = []
        for (member, _), value in zip(members, values):
            size = re.fullmatch(r"\(uint32_t\)sizeof\((\w+)\)", value)
            if size:
                found.append((safe(member), "sizeof(%s)" % size.group(1)))
            elif value not in ("NULL", "{0}") and self.number(value) != 0:
                found.append((safe(member), str(self.number(value))))
        return found

    def ordered(self):
        """Structs so that one stands after those it holds or points to."""
        done, left = [], dict(self.structs)
        while left:
            for name, members in list(left.items()):
                used = {word for _, text in members for word in re.findall(r"\w+", text)}
                used |= {word for call in used & set(self.calls) for word in re.findall(r"\w+", self.calls[call])}
                if not (used & set(left)) - {name}:
                    done.append(name)
                    del left[name]
                    break
            else:
                raise SystemExit("generate.py: structs go round in a circle: %s" % ", ".join(left))
        return done

    def functions_text(self):
        lines = ["class Functions:", '    """The functions of a library, each with its types."""', ""]
        bound = []
        for name, text in sorted(self.functions.items()):
            answer, parameters = re.fullmatch(r"(.*?)\b%s\((.*)\)" % name, text).groups()
            kinds = [self.parameter(part)[0] for part in split(parameters)]
            unended = re.search(r"size_t \*length", parameters)
            back = "POINTER(c_char)" if unended and "char" in answer else self.ctype(answer)
            hint = HINTS.get(back, "Any" if "POINTER" in back else "int")
            # Those that cannot fail and free nothing take less time than letting other threads run would.
            quick = answer.strip() not in ("crm_status", "void")
            lines.append("    %s: Callable[..., %s]" % (name, hint))
            arguments = ", ".join(kinds)
            if len(kinds) == 1:
                arguments += ","
            bound.append((name, "quick" if quick else "library", arguments, back))
        lines += ["", "    def __init__(self, library: CDLL, quick: PyDLL) -> None:"]
        for name, source, arguments, back in bound:
            lines.append("        self.%s = f = %s.%s" % (name, source, name))
            text = "        f.argtypes = (%s)" % arguments
            if len(text) > 118:
                text = "        f.argtypes = (\n%s\n        )" % textwrap.fill(arguments, 116, initial_indent=" " * 12,
                                                                            subsequent_indent=" " * 12)
            lines.append(text)
            lines.append("        f.restype = %s" % back)
        return lines

    def python(self):
        out = [HEAD.rstrip(), ""]
        out += ["%s = %d" % pair for pair in self.constants().items()]
        out += ["", ""]
        for name in self.handles:
            out += ["class %s(Structure):" % name, '    """A handle; what is behind it is the library\'s."""', "", ""]
        out += [ARROW, ""]
        waiting = dict(self.calls)
        for name in [None] + self.ordered():
            if name is not None:
                out += ["class %s(Structure):" % name, "    _fields_ = ["]
                out += ['        ("%s", %s),' % (safe(member), self.member(member, text))
                        for member, text in self.structs[name]]
                out += ["    ]", "", ""]
            known = set(self.handles) | {line.split()[1].split("(")[0] for line in out if line.startswith("class ")}
            for call, text in list(waiting.items()):
                needed = {word for word in re.findall(r"crm_\w+", text) if word not in self.calls} - {"crm_status"}
                if needed <= known | set(PLAIN):
                    out += ["%s = %s" % (call, self.callback(text[len("typedef "):])), "", ""]
                    del waiting[call]
        out.append("STRUCTS: Dict[str, Type[Structure]] = {")
        out += ['    "%s": %s,' % (name, name) for name in sorted(self.structs)]
        out += ["}", "", "INITIAL: Dict[str, Tuple[Tuple[str, Any], ...]] = {"]
        for name, members in sorted(self.structs.items()):
            pairs = self.initial(name, members)
            inner = ", ".join('("%s", %s)' % pair for pair in pairs) + ("," if len(pairs) == 1 else "")
            out.append('    "%s": (%s),' % (name, inner))
        out += ["}", "", ""]
        out += self.functions_text()
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(out)) + "\n" + TAIL

    def c(self):
        lines = ["  {\"%s\", NULL, sizeof(%s)}," % (name, name) if member is None else
                 "  {\"%s\", \"%s\", offsetof(%s, %s)}," % (name, member, name, member)
                 for name, members in sorted(self.structs.items())
                 for member in [None] + [found for found, _ in members]]
        return C_TEXT % "\n".join(lines)


C_TEXT = '''/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
/* The list is made by bindings/python/generate.py --update from the headers. */
#include <crm/crm.h>

#include <string.h>

typedef struct place {
  const char *name;
  const char *member;   /* NULL: the struct itself */
  size_t bytes;         /* its size, or where the member begins */
} place;

static const place places[] = {
%s
};

static int64_t find(const char *name, const char *member)
{
  size_t i;
  for (i = 0; name != NULL && i < sizeof places / sizeof places[0]; i++) {
    if (strcmp(places[i].name, name) == 0
        && (member == NULL ? places[i].member == NULL
                           : places[i].member != NULL && strcmp(places[i].member, member) == 0)) {
      return (int64_t)places[i].bytes;
    }
  }
  return -1;
}

int64_t crm_struct_size(const char *name)
{
  return find(name, NULL);
}

int64_t crm_struct_offset(const char *name, const char *member)
{
  return member == NULL ? -1 : find(name, member);
}
'''


def main():
    parser = argparse.ArgumentParser(description="the C interface for Python")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    interface = Interface()
    wanted = {PYTHON: interface.python(), C: interface.c()}
    if arguments.update:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8", newline="\n")
        return
    count = Count()
    for path, text in wanted.items():
        same = path.exists() and path.read_text(encoding="utf-8") == text
        count.check("%s is what the headers say" % path.relative_to(ROOT).as_posix(),
                    [] if same else ["bindings/python/generate.py --update"])
    count.close()


if __name__ == "__main__":
    main()
