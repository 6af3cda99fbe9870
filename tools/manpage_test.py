#!/usr/bin/python3
"""manpage.py makes of a program's --help what man shows as it was meant."""

import os
import stat
import tempfile
import unittest

import manpage

HELP = """Does a thing.

Usage: thing [OPTIONS] [VERB]

Options:
  -h,--help             Print this
  --a-very-long-option VALUE
                        Explained below it

Verbs:
  go                    Goes

Examples:
  thing go --fast
`thing VERB --help` tells more.

Exit status:
  0                     Done
  1                     Not done, and
                        why
"""
GO_HELP = "Goes\nUsage: thing go [OPTIONS]\n\nOptions:\n  -h,--help             Print this\n  --fast                Soon\n                        and sooner\n"


class ManpageTest(unittest.TestCase):
    def page(self):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "thing")
            with open(program, "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\nif [ \"$1\" = go ]; then cat <<'E'\n{GO_HELP}E\nelse cat <<'E'\n{HELP}E\nfi\n")
            os.chmod(program, stat.S_IRWXU)
            return "".join(manpage.page(program, "thing", "1", "does a thing", "7.0"))

    def test_sections_come_in_the_order_of_man_pages(self):
        sections = [line for line in self.page().splitlines() if line.startswith(".SH")]
        self.assertEqual(sections, [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH VERBS", ".SH EXAMPLES",
                                    ".SH NOTES", ".SH EXIT STATUS", ".SH THING GO", ".SH SEE ALSO"])

    def test_options_are_terms_with_all_of_their_words(self):
        page = self.page()
        self.assertIn(".TP\n.B \\-h,\\-\\-help\nPrint this\n", page)
        self.assertIn(".TP\n.B \\-\\-a\\-very\\-long\\-option VALUE\nExplained below it\n", page)
        self.assertIn(".TP\n.B \\-\\-fast\nSoon and sooner\n", page)

    def test_options_that_verbs_share_are_explained_once(self):
        self.assertEqual(self.page().count("Print this"), 1)

    def test_examples_are_as_they_are(self):
        self.assertIn(".SH EXAMPLES\n.nf\n  thing go \\-\\-fast\n.fi\n", self.page())

    def test_what_is_listed_is_terms(self):
        self.assertIn(".SH EXIT STATUS\n.TP\n.B 0\nDone\n.TP\n.B 1\nNot done, and why\n", self.page())

    def test_no_line_of_text_is_a_request(self):
        self.assertEqual(manpage.escaped(".x\n'y\n-a \\b"), "\\&.x\n\\&'y\n\\-a \\eb")


if __name__ == "__main__":
    unittest.main()
