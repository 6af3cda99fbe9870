#!/usr/bin/python3
"""commands.py finds the commands of a page, and fails for those that do not work."""

import os
import subprocess
import sys
import tempfile
import unittest

import commands

PROGRAMS = ""  # from the command line


def found(page):
    return [command for _, command in commands.commands(page)]


def failures(page, clone=False):
    return commands.run_document("page.md", page, tempfile.mkdtemp, PROGRAMS, clone)


def block(*lines, kind="sh"):
    return "# Page\n\n```" + kind + "\n" + "\n".join(lines) + "\n```\n"


class FindingTest(unittest.TestCase):
    def test_every_line_of_a_block_is_a_command(self):
        self.assertEqual(found(block("# first", "true  # why", "", "echo 'a # b'")), ["true", "echo 'a # b'"])

    def test_a_command_may_have_several_lines(self):
        self.assertEqual(found(block("for i in 1 2; do", "  echo $i", "done", "echo \\", "  x", "true")),
                         ["for i in 1 2; do\n  echo $i\ndone", "echo \\\n  x", "true"])

    def test_what_a_command_prints_is_none(self):
        self.assertEqual(found(block("$ echo 1", "1", "$ true")), ["echo 1", "true"])

    def test_inline_code_with_arguments_is_a_command_in_its_place(self):
        page = "# Page\nThen `cmake --install\nbuild/release`.\n\n```sh\ntrue\n```\nand `script/bench`, `bulletin ls plant/`"
        self.assertEqual(found(page), ["cmake --install build/release", "true", "script/bench", "bulletin ls plant/"])

    def test_what_is_only_named_is_no_command(self):
        self.assertEqual(found("The verb `bulletin backup`, the file `lib/x.hpp`, `bulletin` and `bulletin::Client`"), [])

    def test_a_block_says_what_it_is(self):
        with self.assertRaisesRegex(commands.Failure, "say what it is"):
            found(block("true", kind=""))
        self.assertEqual(found(block("int a;", kind="cpp")), [])


class HelpTest(unittest.TestCase):
    def test_the_examples_of_every_verb_are_commands(self):
        page = commands.help_page(PROGRAMS)
        self.assertIn("bulletin get plant/robot pose.x", found(page))
        self.assertTrue({"set", "get", "ls", "watch", "dump", "keygen"} <= {section for section, _ in commands.commands(page)})


class RunningTest(unittest.TestCase):
    def test_a_command_that_works_is_no_failure(self):
        self.assertEqual(failures(block("export A=1", "cd /", "test $A = 1 -a $PWD = /", "bulletin keygen /tmp/$RANDOM-key")), [])

    def test_a_command_that_fails_is_told(self):
        told = failures(block("true", "echo why; false", "true"))
        self.assertEqual(len(told), 1)
        self.assertIn("why", told[0])
        self.assertIn("page.md, section 'Page'", told[0])

    def test_a_program_or_a_verb_that_there_is_not_is_told(self):
        for command in ("bulletin frobnicate", "bulletin-broker --no-such-option", "bulletin keygen --no-such-option"):
            self.assertEqual(len(failures(block(command))), 1, command)
        self.assertEqual(len(failures("# Page\nSay `bulletin-broker --no-such-option 1`.")), 1)

    def test_each_section_begins_anew(self):
        self.assertEqual(len(failures("# Page\n```sh\ntouch a\nls a\n```\n## Next\n```sh\nls a\n```\n")), 1)

    def test_builds_are_left_to_the_fresh_clone(self):
        self.assertEqual(failures("`cmake --install build/release`"), [])
        self.assertEqual(len(failures("`cmake --install build/release`", clone=True)), 1)


class ExceptionsTest(unittest.TestCase):
    def test_every_exception_is_of_a_command_that_is_printed(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
        printed = [command for name in commands.documents(source, []) for command in found(commands.read(source, name))]
        rules = commands.exceptions.CLONE + [rule for rule, _ in commands.exceptions.NEVER]
        self.assertEqual([rule for rule in rules if not any(commands.matches([rule], command) for command in printed)], [])


if __name__ == "__main__":
    PROGRAMS = os.path.realpath(sys.argv.pop(1))
    if os.environ.get("BULLETIN_ISOLATED") != "1":
        os.environ["BULLETIN_ISOLATED"] = "1"
        # A network of its own, where that is allowed: the default ports are free there.
        isolation = ["unshare", "--net", "--map-root-user"]
        if subprocess.run([*isolation, "true"], capture_output=True, check=False).returncode == 0:
            os.execvp(isolation[0], [*isolation, sys.executable, "-B", sys.argv[0], PROGRAMS])
    unittest.main()
