#!/usr/bin/python3
"""tidy.py can fail: every rule has a planted violation here, and a tidy tree has none."""

import os
import tempfile
import unittest

import tidy


def violations(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return tidy.Tidy(root).run()


class TidyTest(unittest.TestCase):
    def assert_fails(self, path, text, message, line=None):
        found = violations({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(message, found[0])
        self.assertTrue(found[0].startswith(f"{path}:{line if line else ''}"), found)

    def assert_tidy(self, files):
        self.assertEqual(violations(files), [])

    def test_a_tidy_tree_has_no_violation(self):
        self.assert_tidy({
            "lib/include/bulletin/value.hpp": "#pragma once\n#include <chrono>\n#include <future>\n"
                                               "std::chrono::system_clock::time_point since;\n"
                                               "std::chrono::time_point<std::chrono::system_clock, Duration> at;\n",
            "lib/vocabulary/value.cpp": "#include <bulletin/value.hpp>\n",
            "lib/include/bulletin/msgpack.hpp": "#pragma once\n#include <msgpack.hpp>\n",
            "lib/wire/codec.hpp": "#pragma once\n#include <bulletin/value.hpp>\n",
            "lib/wire/codec.cpp": '#include "wire/codec.hpp"\n// std::mutex, steady_clock and printf( in a comment\n'
                                  'const char* s = "std::thread";\n',
            "broker/authority/a.cpp": '#include <absl/container/btree_map.h>\n#include "wire/codec.hpp"\n',
            "lib/client/c.cpp": '#include <zmq.hpp>\n#include <thread>\n#include "replica/r.hpp"\n#include "wire/w.hpp"\n',
            "broker/main.cpp": '#include "server/server.hpp"\n',
            "tests/wire/codec_test.cpp": '#include "authority/a.hpp"\n#include "replica/r.hpp"\nTEST_CASE("x") {}\n',
            "tests/support/await.hpp": "#pragma once\nstd::this_thread::sleep_for(pause);\n",
        })

    def test_an_include_only_goes_down(self):
        for path, include in [
            ("lib/include/bulletin/x.hpp", '"wire/codec.hpp"'),
            ("lib/wire/x.hpp", '"replica/r.hpp"'),
            ("lib/wire/x.hpp", '"authority/r.hpp"'),
            ("lib/replica/x.hpp", '"client/r.hpp"'),
            ("broker/authority/x.hpp", '"server/r.hpp"'),
            ("lib/client/transport/x.hpp", '"client/loop/r.hpp"'),
            ("lib/include/bulletin/x.hpp", '"vocabulary/r.hpp"'),
        ]:
            self.assert_fails(path, f"#pragma once\n#include {include}\n", "never includes", 2)

    def test_rooms_on_one_floor_never_see_each_other(self):
        self.assert_fails("lib/replica/x.cpp", '#include "authority/a.hpp"\n', "never includes", 1)
        self.assert_fails("broker/authority/x.cpp", '#include "replica/a.hpp"\n', "never includes", 1)
        self.assert_fails("broker/server/x.cpp", '#include "client/a.hpp"\n', "never includes", 1)
        self.assert_fails("lib/client/x.cpp", '#include "server/a.hpp"\n', "never includes", 1)

    def test_an_include_between_folders_of_a_room_only_goes_down(self):
        self.assert_fails("broker/server/config/x.cpp", '#include "server/net/a.hpp"\n', "never includes", 1)
        self.assert_fails("broker/server/net/x.cpp", '#include "server/a.hpp"\n', "never includes", 1)
        self.assert_tidy({"broker/server/net/x.cpp": '#include "server/config/a.hpp"\n#include "server/net/b.hpp"\n',
                          "broker/server/y.cpp": '#include "server/net/a.hpp"\n'})

    def test_the_service_is_made_of_the_authority(self):
        self.assert_tidy({"broker/service/x.cpp": '#include "authority/a.hpp"\n'})
        self.assert_fails("broker/authority/x.cpp", '#include "service/a.hpp"\n', "never includes", 1)

    def test_modules_never_include_each_other(self):
        found = violations({"lib/wire/a.hpp": '#pragma once\n#include "wire/b.hpp"\n', "lib/wire/b.hpp": "#pragma once\n",
                            "lib/wire/b.cpp": '#include "wire/b.hpp"\n#include "wire/c.hpp"\n',
                            "lib/wire/c.hpp": '#pragma once\n#include "wire/a.hpp"\n'})
        self.assertEqual(found, ["lib/wire/a.hpp:1: these include each other: lib/wire/a, lib/wire/b, lib/wire/c"])
        self.assert_tidy({"lib/wire/a.hpp": "#pragma once\n", "lib/wire/b.hpp": '#pragma once\n#include "wire/a.hpp"\n',
                          "lib/wire/a.cpp": '#include "wire/a.hpp"\n'})

    def test_no_two_files_share_a_name(self):
        found = violations({"lib/wire/a.hpp": "#pragma once\n", "broker/store/a.hpp": "#pragma once\n"})
        self.assertEqual(found, ["lib/wire/a.hpp:1: has the name of broker/store/a.hpp"])
        self.assert_tidy({"lib/wire/a.hpp": "#pragma once\n", "tests/wire/a.hpp": "#pragma once\n"})

    def test_an_include_is_written_in_one_way(self):
        self.assert_fails("lib/client/x.cpp", '#include "bulletin/a.hpp"\n', "public headers are", 1)
        self.assert_fails("lib/client/x.cpp", "#include <wire/a.hpp>\n", "public headers are", 1)
        self.assert_fails("lib/client/x.cpp", '#include "../wire/a.hpp"\n', "'..'", 1)

    def test_the_cores_include_nothing_impure(self):
        for header in ["thread", "mutex", "random", "iostream", "fstream", "sys/socket.h", "condition_variable"]:
            for room in ["lib/include/bulletin", "lib/wire", "lib/replica", "broker/authority"]:
                self.assert_fails(f"{room}/x.hpp", f"#pragma once\n#include <{header}>\n", "is pure", 2)
        self.assert_fails("lib/wire/x.cpp", "#include <future>\n", "is pure", 1)

    def test_the_cores_call_nothing_impure(self):
        for code in ["using Clock = std::chrono::steady_clock;", "auto t = Clock::now();",
                     "std::mutex m;", "std::lock_guard guard(m);", "std::thread t;", "std::mt19937 r;",
                     "std::cout << 1;", "printf(s);", "auto e = getenv(s);", "int n = rand();", "zmq::context_t c;"]:
            self.assert_fails("broker/authority/x.cpp", f"\n{code}\n", "is pure", 2)

    def test_members_that_are_called_like_a_system_call_are_fine(self):
        self.assert_tidy({"broker/authority/x.cpp": "a.fork(); b->socket(); Fuzz::rand();\n"})

    def test_libraries_stay_in_their_rooms(self):
        self.assert_fails("lib/replica/x.cpp", "#include <zmq.hpp>\n", "ZeroMQ", 1)
        self.assert_fails("cli/x.cpp", "#include <zmq.hpp>\n", "ZeroMQ", 1)
        self.assert_fails("lib/client/x.cpp", "#include <msgpack.hpp>\n", "MessagePack", 1)
        self.assert_fails("lib/wire/x.cpp", "#include <msgpack/pack.hpp>\n", "MessagePack", 1)
        self.assert_fails("lib/client/x.cpp", "#include <absl/container/btree_map.h>\n", "absl", 1)

    def test_names_are_snake_case(self):
        self.assert_fails("lib/wire/Codec.cpp", "", "snake_case", 1)
        self.assert_fails("tests/wire/codec-x.cpp", "", "snake_case", 1)

    def test_a_file_with_tests_says_so(self):
        self.assert_fails("tests/wire/codec.cpp", 'TEST_CASE("x") {}\n', "_test.cpp", 1)

    def test_names_of_tests_can_be_asked_for(self):
        for name in ["one; two", "all *", 'a \\"b\\"']:
            self.assert_fails("tests/wire/x_test.cpp", f'\nTEST_CASE(\n    "{name}") {{}}\n', "the name of a test", 3)

    def test_tests_never_sleep(self):
        for code in ["std::this_thread::sleep_for(1s);", "usleep(3);", "sleep(1);", "::sleep(1);"]:
            self.assert_fails("tests/wire/x_test.cpp", f"{code}\n", "never sleeps", 1)
        self.assert_fails("tests/process/x.py", "time.sleep(1)\n", "never sleeps", 1)

    def test_files_are_short(self):
        self.assert_tidy({"lib/wire/x.cpp": "\n" * tidy.MAX_LINES})
        self.assert_fails("lib/wire/x.cpp", "\n" * (tidy.MAX_LINES + 1), "longer than")

    def test_work_is_finished(self):
        for word in ["TO" "DO", "FIX" "ME"]:
            self.assert_fails("lib/wire/x.cpp", f"// {word}: later\n", "unfinished", 1)
            self.assert_fails("docs/x.md", f"{word}\n", "unfinished", 1)

    def test_headers_are_well_formed(self):
        self.assert_fails("lib/wire/x.hpp", "", "#pragma once", 1)
        self.assert_fails("lib/wire/x.hpp", "#pragma once\nusing namespace std;\n", "using namespace", 2)

    def test_the_own_header_comes_first(self):
        found = violations({"lib/wire/x.hpp": "#pragma once\n",
                            "lib/wire/x.cpp": '#include <vector>\n#include "wire/x.hpp"\n'})
        self.assertEqual(len(found), 1, found)
        self.assertIn("own header", found[0])

    def test_the_limits_and_their_page_name_each_other(self):
        found = violations({"lib/wire/limits.hpp": "#pragma once\n", "docs/protocol.md": "see lib/wire/limits.hpp\n"})
        self.assertEqual(len(found), 1, found)
        self.assertIn("does not name docs/protocol.md", found[0])


if __name__ == "__main__":
    unittest.main()
