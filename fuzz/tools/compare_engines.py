"""How soon other engines find planted faults: libFuzzer, libFuzzer with the mutator that knows the contract's choices,
and AFL++.

    compare_engines.py [--plain TARGET] [--structured TARGET] [--afl TARGET] [--seeds N] OP/NAME...

TARGET is fault_target_plain or fault_target_structured: of a build with libFuzzer for the first two, of one by
afl-clang-fast++ (its persistent mode, test cases by shared memory) for the last. With the mutator, inputs are as long as
they may be from the start (-len_control=0): a choice that is cut off is 0. Each search starts from nothing and ends at
the first failure, after 60 s, or, by libFuzzer, after 30,000 executions. Prints a row a fault: how many searches found
it, and the median number of executions and seconds of CPU.
"""
import argparse
import math
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile

RUNS = 30000
SECONDS = 60
NOT_FOUND = (math.inf, math.inf)


def run(command, fault, **settings):
    """What it ended with and printed, and its seconds of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=os.environ | {"BRICKPROOF_FAULT": fault} | settings, capture_output=True, text=True,
                          errors="replace", check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def search_by_libfuzzer(target, fault, seed):
    """Executions and seconds of CPU until the fault was found."""
    with tempfile.TemporaryDirectory() as folder:
        done, seconds = run([target, f"-runs={RUNS}", f"-max_total_time={SECONDS}", f"-seed={seed}", "-max_len=96",
                             "-timeout=2", *(["-len_control=0"] if "structured" in target else []),
                             f"-artifact_prefix={folder}/", "-print_final_stats=1"], fault)
        units = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        return (int(units[1]), seconds) if units and done.returncode != 0 else NOT_FOUND


def search_by_afl(target, fault, seed):
    """The same. A hang does not end its search: such faults cannot be measured so."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = pathlib.Path(folder, "seeds")
        seeds.mkdir()
        (seeds / "0").write_bytes(b"\n")  # as libFuzzer begins
        _, seconds = run(["afl-fuzz", "-i", seeds, "-o", f"{folder}/out", "-V", str(SECONDS), "-G", "96", "-t", "2000",
                          "-s", str(seed), "--", target], fault,
                         AFL_BENCH_UNTIL_CRASH="1", AFL_NO_UI="1", AFL_NO_AFFINITY="1", AFL_SKIP_CPUFREQ="1",
                         AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1")
        written = pathlib.Path(folder, "out/default/fuzzer_stats")
        if not written.exists():  # it refuses to begin where its only seed fails
            return 1, seconds
        stats = written.read_text(encoding="utf-8")
        if int(re.search(r"saved_crashes\s*: (\d+)", stats)[1]) == 0:
            return NOT_FOUND
        return int(re.search(r"execs_done\s*: (\d+)", stats)[1]), seconds


def shown(value, digits=0):
    return "-" if math.isinf(value) else f"{value:.{digits}f}"


def cells(search, target, fault, seeds):
    results = [search(target, fault, seed) for seed in range(1, seeds + 1)]
    found = sum(not math.isinf(executions) for executions, _ in results)
    executions, seconds = (statistics.median(column) for column in zip(*results))
    return f" {found} of {seeds} | {shown(executions)} | {shown(seconds, 2)} |"


ENGINES = {"plain": search_by_libfuzzer, "structured": search_by_libfuzzer, "afl": search_by_afl}
parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
for name in ENGINES:
    parser.add_argument(f"--{name}", metavar="TARGET")
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("faults", nargs="+", metavar="OP/NAME")
options = parser.parse_args()
chosen = {name: getattr(options, name) for name in ENGINES if getattr(options, name)}
print("| fault |" + "".join(f" {name}: found | median executions | median s |" for name in chosen))
print("|---|" + "---|---|---|" * len(chosen))
for wanted in options.faults:
    row = "".join(cells(ENGINES[name], target, wanted, options.seeds) for name, target in chosen.items())
    print(f"| {wanted} |{row}", flush=True)
