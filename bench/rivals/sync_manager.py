#!/usr/bin/python3
"""Times a namespace of Python's SyncManager from another process than its server's.

Usage: sync_manager.py read|write SAMPLES. Prints a list of nanoseconds in JSON.
"""

import json
import sys
import time
from multiprocessing import Process, Queue
from multiprocessing.managers import SyncManager


def measure(namespace, what, samples, results):
    times = []
    for number in range(samples):
        begin = time.perf_counter_ns()
        if what == "read":
            _ = namespace.value
        else:
            namespace.value = number
        times.append(time.perf_counter_ns() - begin)
    results.put(times)


def main():
    what, samples = sys.argv[1], int(sys.argv[2])
    with SyncManager() as manager:
        namespace = manager.Namespace()
        namespace.value = 0
        results = Queue()
        client = Process(target=measure, args=(namespace, what, samples, results))
        client.start()
        times = results.get()
        client.join()
    print(json.dumps(times))


if __name__ == "__main__":
    main()
