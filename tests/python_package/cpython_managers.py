"""Runs CPython's own tests of managers with bulletin.managers in the place of CPython's.

Usage: cpython_managers.py fork|spawn|forkserver [PATTERN...]. Exit code 77: the test-suite is not
installed (libpython3-testsuite).
"""

import multiprocessing.managers
import sys
import unittest

import bulletin.managers

PATTERNS = ("*WithManager*", "*TestSyncManagerTypes*", "*TestInitializers*", "*MyManager*")


def main() -> int:
    method, *patterns = sys.argv[1:]
    multiprocessing.managers.SyncManager = bulletin.managers.SyncManager  # type: ignore[misc]
    multiprocessing.managers.NamespaceProxy = bulletin.managers.NamespaceProxy  # type: ignore
    try:
        suite_of = f"test.test_multiprocessing_{method}"
        __import__(suite_of)
    except ImportError:
        try:  # a package since Python 3.12
            suite_of = f"test.test_multiprocessing_{method}.test_manager"
            __import__(suite_of)
        except ImportError:
            return 77
    loader = unittest.TestLoader()
    loader.testNamePatterns = [p if "*" in p else f"*{p}*" for p in patterns or PATTERNS]
    suite = loader.loadTestsFromModule(sys.modules[suite_of])
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    if result.testsRun < 10 and not patterns:
        print("too few tests were found", file=sys.stderr)
        return 1
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
