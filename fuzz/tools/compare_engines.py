"""How soon libFuzzer finds planted faults, with and without the mutator that knows the contract's choices.

    compare_engines.py PLAIN STRUCTURED SEEDS FAULT...

With the latter, inputs are as long as they may be from the start (-len_control=0): a choice that is cut off is 0.
PLAIN and STRUCTURED are the targets fault_target_plain and fault_target_structured of a build with libFuzzer; a FAULT
reads OP/NAME. Each search starts from nothing. Prints a row a fault: how many searches found it, and the median
number of executions and seconds of CPU.
"""
import math
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

RUNS = 30000
SECONDS = 30


def search(target, fault, seed):
    """Executions and seconds of CPU until the fault was found; infinite where it was not."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [target, f"-runs={RUNS}", f"-max_total_time={SECONDS}", f"-seed={seed}", "-max_len=96", "-timeout=2",
                   *(["-len_control=0"] if "structured" in target else []),
                   f"-artifact_prefix={folder}/", "-print_final_stats=1"]
        done = subprocess.run(command, env=os.environ | {"BRICKPROOF_FAULT": fault}, capture_output=True, text=True,
                              errors="replace", check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode == 0:
            return math.inf, math.inf
        units = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        return int(units[1]) if units else math.inf, after.ru_utime - before.ru_utime


def shown(value, digits=0):
    return "-" if math.isinf(value) else f"{value:.{digits}f}"


targets, seeds = sys.argv[1:3], int(sys.argv[3])
print("| fault | plain: found | median executions | median s | structured: found | median executions | median s |")
print("|---|---|---|---|---|---|---|")
for fault in sys.argv[4:]:
    row = f"| {fault} |"
    for target in targets:
        results = [search(target, fault, seed) for seed in range(1, seeds + 1)]
        found = sum(not math.isinf(executions) for executions, _ in results)
        row += f" {found} of {seeds} | {shown(statistics.median(r[0] for r in results))} |"
        row += f" {shown(statistics.median(r[1] for r in results), 2)} |"
    print(row, flush=True)
