#!/usr/bin/python3
"""readme.py notices when a page and its code differ."""

import unittest

import readme

PAGE = "# Title\n\n```cpp\nint a = 1;\nint b = 2;\n```\n"


class ReadmeTest(unittest.TestCase):
    def test_a_marked_snippet_agrees_whatever_its_indentation(self):
        source = "int main() {\n  // [page\n  int a = 1;\n  int b = 2;\n  // page]\n}\n"
        self.assertEqual(readme.differences(PAGE, {"x.cpp": source}), [])

    def test_a_whole_file_is_a_snippet(self):
        self.assertEqual(readme.differences(PAGE, {"x.cpp": "int a = 1;\nint b = 2;\n"}), [])

    def test_a_changed_line_is_noticed_on_both_sides(self):
        self.assertEqual(len(readme.differences(PAGE, {"x.cpp": "int a = 1;\nint b = 3;\n"})), 2)

    def test_a_block_that_is_not_compiled_is_noticed(self):
        self.assertEqual(len(readme.differences(PAGE, {})), 1)

    def test_a_page_without_code_is_noticed(self):
        self.assertEqual(len(readme.differences("# Title\n", {})), 1)


if __name__ == "__main__":
    unittest.main()
