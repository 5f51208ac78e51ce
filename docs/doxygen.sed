# SPDX-License-Identifier: MIT
# Turns the headers' plain comments into ones that Doxygen reads; the licence at the top stays as it is.
1,2b
s/%/\\%/g
s/^\/\* /\/** /
s/^\( *[^ /].*\)\/\* /\1\/**< /
