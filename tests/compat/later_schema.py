#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""Writes a schema as it may be in a later release, for columns_test.py: columns that came later stand in the middle of two
tables, and with `words` alone a column knows one word more.

    later_schema.py columns|words lib/store/schema.c
"""

import pathlib
import sys

SOURCE = '  {"source", '


def insert(text, table, line):
    """A line before the column `source` of a table."""
    at = text.index("static const crm__schema_column %s[]" % table)
    at = text.index(SOURCE, at)
    return text[:at] + line + "\n" + text[at:]


def replace(text, old, new):
    if text.count(old) != 1:
        raise SystemExit("'%s' stands %d times in the schema" % (old, text.count(old)))
    return text.replace(old, new)


def main():
    what, path = sys.argv[1:]
    text = pathlib.Path(path).read_text(encoding="utf-8")
    if what == "words":
        text = replace(text, '"open won lost"', '"open won lost paused"')
    else:
        text = insert(text, "customers", '  {"language", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "spoken"},')
        text = insert(text, "customers", '  {"discount", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "granted"},')
        text = insert(text, "interactions", '  {"score", CRM__CELL_NUMBER, OPTIONAL, NULL, NULL, "given"},')
        text = replace(text, "  {-1, NULL},\n",
                       '  {CRM__TABLE_CUSTOMERS, "language"},\n  {CRM__TABLE_INTERACTIONS, "score"},\n'
                       '  {CRM__TABLE_CUSTOMERS, "discount"},\n  {-1, NULL},\n')
    sys.stdout.write(text)


main()
