# SPDX-License-Identifier: MIT
"""The Python blocks of the documentation, as one session a page."""

import doctest
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = [ROOT / "docs" / "python.md", ROOT / "README.md", ROOT / "bindings" / "python" / "README.md"]
BLOCK = re.compile(r"^```python\n(.*?)^```$", flags=re.M | re.S)
OTHERS = re.compile(r"\b(pandas|polars|pyarrow|duckdb|numpy|matplotlib)\b")


def run(page, others):
    """Runs a page's sessions; without `others`, those that need another package are left out. Answers examples tried and
    failed, and what was said."""
    said, globs, tried, failed = [], {}, 0, 0
    for text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if ">>>" not in text:
            continue
        if not others and OTHERS.search(text):
            continue
        test = doctest.DocTestParser().get_doctest(text, globs, page.name, str(page), 0)
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
        result = runner.run(test, out=said.append, clear_globs=False)
        globs = test.globs
        tried, failed = tried + result.attempted, failed + result.failed
    return tried, failed, "".join(said)
