# SPDX-License-Identifier: MIT
"""What the package does with nothing but Python."""
