#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes libcrm as two files, crm.c and crm.h, for a project that takes the source in. Python's standard library alone.

    lib/amalgamate.py FOLDER

crm.h is the public headers, crm.c the internal ones and then every source in the order of lib/meson.build. Both are
C99 and C++11. What is private to a source and would meet a name of another one gets the source's name in front;
macros of a source end with it. C++ does not turn void * into other pointers by itself: where the sources let C do
that, CRM__TO(place) or CRM__ANY(pointer) stands, which is nothing in C and a cast in C++.
"""

import collections
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

TOKEN = re.compile(r"""(?P<comment>/\*.*?\*/)|(?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)|(?P<space>\s+)|
                       (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<name>[A-Za-z_]\w*)|
                       (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<sign>->|[^\s\w])""", flags=re.X | re.S | re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"][^\n]*\n', flags=re.M)

HEAD = """/* libcrm %(version)s in one file: %(what)s. Made by lib/amalgamate.py; change the sources, not this.
 *
%(license)s
 * SPDX-License-Identifier: MIT */
"""

TO = """
/* What C does by itself with a void *. */
#ifdef __cplusplus
template <typename crm__pointed> crm__pointed *crm__same(crm__pointed *pointer);
struct crm__pointer {
  void *to;
  template <typename crm__pointed> operator crm__pointed *() const
  {
    return static_cast<crm__pointed *>(to);
  }
};
template <typename crm__pointed> inline crm__pointer crm__any(crm__pointed *pointer)
{
  crm__pointer made = { const_cast<void *>(static_cast<const void *>(pointer)) };
  return made;
}
template <typename crm__plain> inline crm__plain crm__any(const crm__plain &value)
{
  return value;
}
#  define CRM__TO(place) (decltype(crm__same(place)))
#  define CRM__ANY(pointer) crm__any(pointer)
#else
#  define CRM__TO(place)
#  define CRM__ANY(pointer) (pointer)
#endif
"""


@functools.lru_cache(maxsize=None)
def tokens(text):
    return [(match.lastgroup, match.group(0)) for match in TOKEN.finditer(text)]


def names_in(text):
    """Every identifier outside comments and strings, in directives too."""
    found = set()
    for kind, part in tokens(text):
        if kind == "name":
            found.add(part)
        elif kind == "directive":
            found.update(re.findall(r"[A-Za-z_]\w*", part))
    return found


def sources():
    text = (ROOT / "lib" / "meson.build").read_text(encoding="utf-8")
    inside = re.search(r"^sources = files\((.*?)^\)", text, flags=re.M | re.S).group(1)
    return [ROOT / "lib" / name for name in re.findall(r"'([^']+\.c)'", inside)]


class Headers:
    """Headers in an order in which each follows those that it includes."""

    def __init__(self, folder, opening):
        self.folder, self.opening, self.order, self.seen, self.system = folder, opening, [], set(), set()

    def take(self, text):
        for bracket, name in INCLUDE.findall(text):
            if bracket == self.opening and (self.folder / name).exists():
                if name not in self.seen:
                    self.seen.add(name)
                    inner = (self.folder / name).read_text(encoding="utf-8")
                    self.take(inner)
                    self.order.append((name, inner))
            elif not name.startswith("crm/"):
                self.system.add(name)


def body(text):
    """A file without its licence lines and what it includes."""
    text = re.sub(r"\A/\* SPDX-License-Identifier: MIT\n \* Copyright the libcrm authors \*/\n", "", text)
    return INCLUDE.sub("", text).strip("\n") + "\n"


def significant(parts):
    return [(i, kind, part) for i, (kind, part) in enumerate(parts) if kind not in ("space", "comment")]


def declared(text):
    """What a source declares for itself: names at its outermost level, and its macros."""
    found, macros, depth, head = set(), [], 0, []
    for _, kind, part in significant(tokens(text)):
        if kind == "directive":
            macro = re.match(r"[ \t]*#[ \t]*define[ \t]+(\w+)", part)
            macros += [macro.group(1)] if macro else []
        elif part == "{":
            if depth == 0:
                found |= of_head(head, True)
            depth += 1
        elif part == "}":
            depth -= 1
            if depth == 0:
                head = head if head[:1] in (["typedef"], ["enum"]) else []
        elif depth == 1 and head[:1] == ["enum"] and kind == "name":
            found.add(part)   # enumerators; the names of constants in their values do no harm
        elif depth == 0:
            head.append(part)
            if part == ";":
                found |= of_head(head, False)
                head = []
    return {name for name in found if not name.startswith(("crm_", "CRM_"))}, list(dict.fromkeys(macros))


def of_head(head, opened):
    """The names that the beginning of a declaration declares."""
    found = set()
    if "static" in head[:2]:
        line = " ".join(head)
        match = re.match(r"[\w\s*]*?\( \* (?:const )?(\w+)", line) or re.match(r"[\w\s*]*?(\w+) [(\[=;]", line)
        if match:
            found.add(match.group(1))
    for i, part in enumerate(head[:-1] if not opened else head):
        if part == "struct" and opened and i + 2 == len(head):
            found.add(head[i + 1])
    if head[:1] == ["typedef"] and not opened:
        match = re.search(r"\( \* (\w+) \)", " ".join(head))
        found.add(match.group(1) if match else head[-2])
    return found


def rename(text, changes):
    """The text with identifiers changed, but for members of structs."""
    if not changes:
        return text
    parts = list(tokens(text))
    marks = significant(parts)
    structs, depth = [], 0
    for at, (i, kind, part) in enumerate(marks):
        before = marks[at - 1][2] if at else ""
        after = marks[at + 1][2] if at + 1 < len(marks) else ""
        if part == "{":
            depth += 1
            opens = [word for _, _, word in marks[max(0, at - 2):at]]
            if "struct" in opens or "union" in opens:
                structs.append(depth)
        elif part == "}":
            if structs and structs[-1] == depth:
                structs.pop()
            depth -= 1
        elif kind == "directive":
            parts[i] = (kind, re.sub(r"(?<![\w.>])[A-Za-z_]\w*",
                                     lambda found: changes.get(found.group(0), found.group(0)), part))
        elif kind == "name" and part in changes and before not in (".", "->"):
            member = structs and structs[-1] == depth and (
                after in (";", ",", "[", ":") or (before == "*" and after == ")"))
            if not member:
                parts[i] = (kind, changes[part])
    return "".join(part for _, part in parts)


# A declaration of a pointer with its value, a plain assignment, and the functions that answer a void *.
DECLARED = re.compile(r"^(?P<head>[ \t]+(?:static )?(?:const )?(?:struct |unsigned )?\w+ \*+(?:const )?\*?"
                      r"(?P<name>\w+) = )(?P<value>[^;]*);", flags=re.M)
ASSIGNED = re.compile(r"^(?P<head>[ \t]+(?:if \()?\(*(?P<place>\*{0,2}[A-Za-z_][\w.]*"
                      r"(?:(?:->|\.)\w+|\[[^\]=;]*\])*) =\s)(?P<value>[^;{}]*);", flags=re.M)


# What a header defines for those that include it.
DEFINED = re.compile(r"^typedef struct (?P<a>\w+)(?: \w+;| \{)|^\} (?P<b>\w+);|^typedef [^;{]*?\(\*(?P<c>\w+)\)\(|"
                     r"^#[ \t]*define[ \t]+(?P<d>\w+)|^(?:static inline )?[a-z][\w \*]*?\b(?P<e>crm__\w+)\(", flags=re.M)


def shared_names(files):
    """By file: names that two internal headers define, none of which includes the other, and what the second one and
    those that include it call it instead."""
    texts = dict(files)
    reach = {}

    def reached(name):
        if name not in reach:
            reach[name] = {name}
            reach[name].update(*(reached(inner) for bracket, inner in INCLUDE.findall(texts[name])
                                 if bracket == '"' and inner in texts))
        return reach[name]

    first, changes = {}, {name: {} for name in texts}
    for header in (name for name, _ in files if name.endswith(".h")):
        bare = re.sub(r"/\*.*?\*/", "", texts[header], flags=re.S)
        for found in {next(filter(None, match.groups())) for match in DEFINED.finditer(bare)}:
            if first.setdefault(found, header) != header and not found.endswith("_H"):
                for name in texts:
                    if header in reached(name):
                        changes[name][found] = "%s_%s" % (found, header[:-2].replace("/", "_"))
    return changes


def returns_void(text):
    return set(re.findall(r"^(?:static |inline )*(?:const )?void \*(\w+)\(", text, flags=re.M))


# A function, with parameters that may be pointers to functions.
FUNCTION = re.compile(r"^(?P<head>(?:static |inline |const |struct |unsigned )*(?P<type>\w+ \**)(?P<name>\w+)"
                      r"\((?P<parameters>(?:[^(){};]|\([^(){};]*\))*)\)\n\{\n)(?P<body>.*?)^\}", flags=re.M | re.S)
PLACE = r"(?:[A-Za-z_]\w*(?:(?:->|\.)\w+|\[[^\]\[=;]*\])*)"


def void_members(text):
    return set(re.findall(r"^  (?:const )?void \*(\w+);", text, flags=re.M)) | \
        set(re.findall(r"^  (?:const )?void \*(?:const )?\*(?:const )?(\w+)(?:\[\w+\])?;", text, flags=re.M))


def cast_arguments(text, members):
    """CRM__ANY around an argument, or what a pointer's function returns, that is a void * by its name."""
    def of_function(match):
        names = set(re.findall(r"(?:const )?void \*(?:const )?(\w+)(?=,|$)", match.group("parameters")))
        is_void = r"(?:%s|%s(?:->|\.)(?:%s)(?:\[\w+\])?)" % ("|".join(sorted(names)) or "(?!)", PLACE,
                                                           "|".join(sorted(members)) or "(?!)")
        inner = re.sub(r"(?<![\w)])(?P<call>\w+\()(?P<list>[^;{}]*?)(?=\);|\) [=!<>?:&|+-]|\)\)|\) \{|\),)",
                       lambda call: call.group(0) if call.group("call") in ("if(", "sizeof(", "CRM__TO(") else
                       call.group("call") + re.sub(r"(?:(?<=^)|(?<=, )|(?<=[(]))%s(?=,|$|\))" % is_void,
                                                   lambda found: "CRM__ANY(%s)" % found.group(0), call.group("list")),
                       match.group("body"))
        if names:
            inner = re.sub(r" = (%s);" % "|".join(sorted(names)), r" = CRM__ANY(\1);", inner)
        if match.group("type").endswith("*") and match.group("type") != "void *":
            inner = re.sub(r"^(\s+return )([^;]*%s[^;]*);" % is_void, r"\1CRM__ANY(\2);", inner, flags=re.M)
        return match.group("head") + inner + "}"
    return FUNCTION.sub(of_function, text)


def cast(text, givers, members):
    """The text with CRM__TO and CRM__ANY where a void * becomes another pointer."""
    calls = re.compile(r"(?<!\w)(?:%s)\(" % "|".join(sorted(givers | {"memchr"})))
    by_member = re.compile(r"(?:->|\.)(?:%s)(?:\[\w+\])?(?= :|$)" % ("|".join(sorted(members)) or "(?!)"))

    def value_of(match):
        value = match.group("value")
        if re.match(r'\s*(NULL|&|"|\{)', value) or value.lstrip().startswith("(") and "?" not in value:
            return match.group(0)
        return "%sCRM__TO(%s)(%s);" % (match.group("head"), match.group("name"), value)

    def call_of(match):
        value, place = match.group("value"), match.group("place")
        if by_member.search(value) and not value.startswith("("):
            return "%sCRM__ANY(%s);" % (match.group("head"), value)
        return match.group("head") + calls.sub(lambda call: "CRM__TO(%s)%s" % (place, call.group(0)), value) + ";"

    parts = re.split(r"(/\*.*?\*/)", text, flags=re.S)
    marks = {}
    for i, part in enumerate(parts):   # comments are put back afterwards: they may hold what looks like code
        if part.startswith("/*"):
            marks["@%d@" % i] = part
            parts[i] = "@%d@" % i
    parts = re.sub(r"^(\s*static const \w+ \w+(?:\[\w+\])?);", r"\1 = { 0 };", "".join(parts), flags=re.M)
    plain = cast_arguments(ASSIGNED.sub(call_of, DECLARED.sub(value_of, parts)), members)
    return re.sub(r"@\d+@", lambda mark: marks[mark.group(0)], plain)


def banner(name):
    return "\n/* ---- %s %s */\n\n" % (name, "-" * (108 - len(name)))


def head(what):
    api = (ROOT / "include/crm/api.h").read_text(encoding="utf-8")
    version = ".".join(re.search(r"CRM_VERSION_%s (\d+)" % part, api).group(1) for part in ("MAJOR", "MINOR", "PATCH"))
    license_text = (ROOT / "LICENSE").read_text(encoding="utf-8").strip().splitlines()
    return HEAD % {"version": version, "what": what,
                   "license": "\n".join((" * " + line).rstrip() for line in license_text)}


def header():
    public = Headers(ROOT / "include", "<")
    text = (ROOT / "include/crm/crm.h").read_text(encoding="utf-8")
    public.take(text)
    found = head("the interface") + "#ifndef CRM_H\n#define CRM_H\n\n"
    found += "".join("#include <%s>\n" % name for name in sorted(public.system))
    for name, inner in public.order:
        found += banner(name) + body(inner)
    return found + "\n#endif\n"


def source():
    files = [(path, path.read_text(encoding="utf-8")) for path in sources()]
    internal = Headers(ROOT / "lib", '"')
    for _, text in files:
        internal.take(text)
    changes = shared_names(internal.order + [(path.relative_to(ROOT / "lib").as_posix(), text) for path, text in files])
    internal.order = [(name, rename(text, changes[name])) for name, text in internal.order]
    files = [(path, rename(text, changes[path.relative_to(ROOT / "lib").as_posix()])) for path, text in files]
    own = {path: declared(text) for path, text in files}
    used = {path: names_in(text) for path, text in files}
    users = collections.Counter(name for names in used.values() for name in names)
    in_headers = set().union(*(names_in(text) for _, text in internal.order), names_in(header()))
    givers = set().union(*(returns_void(text) for _, text in internal.order))
    members = set().union(*(void_members(text) for _, text in internal.order + files), void_members(header()))

    found = head("the implementation") + '#ifndef CRM_BUILDING\n#  define CRM_BUILDING\n#endif\n#include "crm.h"\n\n'
    found += "".join("#include <%s>\n" % name for name in sorted(internal.system)) + TO
    for name, text in internal.order:
        found += banner("lib/" + name) + cast(body(text), givers, members)
    for path, text in files:
        private, macros = own[path]
        met = {name for name in private if name in in_headers or users[name] > (name in used[path])}
        prefix = "%s_%s" % (path.parent.name, path.stem)
        changes = {name: "%s__%s" % (prefix, name) for name in met if name not in macros}
        found += banner(path.relative_to(ROOT).as_posix())
        found += rename(cast(body(text), givers | returns_void(text), members), changes)
        found += "".join("\n#undef %s" % name for name in macros) + ("\n" if macros else "")
    return found


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise SystemExit("usage: lib/amalgamate.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crm.h").write_text(header(), encoding="utf-8", newline="\n")
    (folder / "crm.c").write_text(source(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
