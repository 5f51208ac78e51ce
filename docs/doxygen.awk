# SPDX-License-Identifier: MIT
# Turns the headers' plain comments into ones that Doxygen reads: one with an empty line below it is the file's, one behind
# something is that thing's, any other is that of what follows. The licence at the top stays as it is.
function flush_comment(next_line) {
  if (comment != "") {
    sub(/^\/\* /, next_line == "" ? "/** @file\n * " : "/** ", comment)
    print comment
  }
  comment = ""
}
NR <= 2 { print; next }
{ gsub(/%/, "\\%") }
inside { comment = comment "\n" $0; inside = $0 !~ /\*\//; next }
/^\/\* / { flush_comment($0); comment = $0; inside = $0 !~ /\*\//; next }
{ flush_comment($0) }
/[^ ].*\/\* / { sub(/\/\* /, "/**< ") }
{ print }
END { flush_comment("end") }
