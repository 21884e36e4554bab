"""Times work and prints what bench/peer.ts reads."""

import json
import resource
import time


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(work, rounds, version):
    seconds, processor = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), processor_seconds()
        work()
        seconds.append(time.perf_counter() - began)
        processor.append(processor_seconds() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"version": version, "seconds": seconds, "processorSeconds": processor, "peakBytes": peak}))
