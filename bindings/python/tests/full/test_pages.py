# SPDX-License-Identifier: MIT
"""The documentation's sessions, those with other packages too."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import pages  # noqa: E402


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_sessions(page):
    _, failed, said = pages.run(page, others=True)
    assert failed == 0, said
