# SPDX-License-Identifier: MIT
"""The package beside the libraries it works with; needs what the extra `test` names."""

import pytest


@pytest.fixture
def facts():
    """Sales as plain columns: 300 lines of 40 customers, with nulls."""
    count = 300
    return {
        "document": [n // 2 for n in range(count)],
        "time": ["2024-%02d-%02dT%02d:30" % (1 + n % 12, 1 + n % 28, n % 24) for n in range(count)],
        "customer": [None if n % 11 == 0 else "c%02d" % (n // 2 % 40) for n in range(0, count)],
        "amount": [(n * 37 % 1000) / 4 for n in range(count)],
        "product": ["p%d" % (n % 7) for n in range(count)],
    }
