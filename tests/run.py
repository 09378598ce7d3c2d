#!/usr/bin/env python3
"""Run every test and count what its programs print: `ok NAME` and `not ok NAME: why`.

    tests/run.py --build DIR [--quick] [NAME]

NAME: only programs, cases and folders whose name contains it. A program that crashes, hangs, or prints no test at all counts as one
that failed, and so does a failing exit status without a failed test. Failures are printed with what their program said; the last
line is `N passed, N failed`.

Programs of tests/unit, the replays of tests/fuzz and tests/bench run side by side; the Python runners use several
processors by themselves, so only three of them run at a time. A Python test (tests/*/*_test.py, tests/props/*_oracle.py) is given --build DIR, and
--quick and NAME if its text mentions them as arguments."""
import argparse
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(HERE)
SECONDS_MAX = 1800
TAP = re.compile(r"^(not ok|ok)\b(.*)")
# Runs on a few orders or rounds: what counts is that they end well.
BENCH_ARGUMENTS = {"agreements": ["50"], "charges": ["20"], "draft": ["50"], "script": ["2000"], "decimal": []}


class Job:
    def __init__(self, group, name, command, env=None, tap=True):
        self.group, self.name, self.command, self.env, self.tap = group, name, command, env or {}, tap
        self.passed, self.failed, self.seconds, self.report = 0, 0, 0.0, ""

    def fail(self, text):
        self.failed += 1
        self.report += f"not ok {self.group}/{self.name}: {text}\n"

    def run(self):
        begun = time.monotonic()
        # A program that hangs takes its children along.
        process = subprocess.Popen(self.command, cwd=REPO, env={**os.environ, **self.env}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            out, late = process.communicate(timeout=SECONDS_MAX)[0], False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, late = process.communicate()[0], True
        self.seconds = time.monotonic() - begun
        self.judge(out.decode(errors="replace"), process.returncode, late)
        return self

    def judge(self, out, code, late):
        lines = [(line, TAP.match(line)) for line in out.splitlines()]
        if self.tap:
            # "# SKIP" is neither.
            said = [m for _, m in lines if m and "# SKIP" not in m.group(2)]
            self.passed = sum(m.group(1) == "ok" for m in said)
            self.failed = len(said) - self.passed
            if not said and code == 0 and not late and not any(m for _, m in lines):
                self.fail("it printed no test")
        elif code == 0 and not late:
            self.passed = 1
        if late:
            self.fail(f"it did not end within {SECONDS_MAX} seconds")
        elif code < 0:
            self.fail(f"it ended by signal {-code} ({signal.Signals(-code).name})")
        elif code > 0 and not self.failed:
            self.fail(f"exit status {code}")
        if self.failed:
            # Without the lines of what went well, unless nothing else is left to see.
            self.report += "".join(f"    {line}\n" for line, m in lines if not m or m.group(1) != "ok")


def programs(pattern):
    return sorted(path for path in glob.glob(pattern) if os.access(path, os.X_OK) and os.path.isfile(path))


def sources(folder, ending):
    """Names of the programs that tests/FOLDER should have made: one that was not built has to be missed."""
    return sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(HERE, folder, ending)))


def compiled(build, folder, ending):
    for name in sources(folder, ending):
        yield name, os.path.join(build, folder, name)


def small_jobs(build, quick):
    tap = {"CMOCKA_MESSAGE_OUTPUT": "TAP", "MOON_PLUGIN_DIR": os.path.join(build, "plugins")}
    for name, path in compiled(build, "unit", "*_test.c"):
        yield Job("unit", name, [path], tap)
    for name, path in compiled(build, "fuzz", "*_fuzz.c"):
        corpus = os.path.join(HERE, "fuzz", "corpus", name[: -len("_fuzz")])
        env = {"FUZZ_RUNS": os.environ.get("FUZZ_RUNS", "50" if quick else "200")}
        yield Job("fuzz", name, [path] + ([corpus] if os.path.isdir(corpus) else []), {**tap, **env})
    for name, path in compiled(build, "bench", "*.c"):
        yield Job("bench", name, [path] + BENCH_ARGUMENTS.get(name, []), tap, tap=False)


def cases_of(runner):
    folder = os.path.dirname(runner)
    return [name for name in os.listdir(folder) if os.path.exists(os.path.join(folder, name, "cmd"))]


def python_jobs(build, quick, wanted):
    runners = sorted(glob.glob(os.path.join(HERE, "props", "*_oracle.py")) + glob.glob(os.path.join(HERE, "*", "*_test.py")))
    for runner in [os.path.join(HERE, "cli", "run.py")] + runners:
        folder, name = os.path.basename(os.path.dirname(runner)), os.path.basename(runner)[:-3]
        with open(runner, encoding="utf-8") as file:
            text = file.read()
        command = [sys.executable, runner, "--build", build]
        if quick and '"--quick"' in text:
            command.append("--quick")
        whole = not wanted or wanted in f"{folder}/{name}"
        if not whole and any(wanted in case for case in cases_of(runner)):
            command.append(wanted)
        elif not whole:
            continue
        yield Job(folder, name, command, {"MOON_PLUGIN_DIR": os.path.join(build, "plugins")})


def run_all(small, large):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for job in concurrent.futures.as_completed([pool.submit(job.run) for job in small]):
            yield job.result()
    # These wait for disks and for each other's processes more than they compute.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for job in concurrent.futures.as_completed([pool.submit(job.run) for job in large]):
            yield job.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("name", nargs="?", default="")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    small = [job for job in small_jobs(build, args.quick) if args.name in f"{job.group}/{job.name}"]
    large = list(python_jobs(build, args.quick, args.name))
    order = list(dict.fromkeys(job.group for job in small + large))
    left = {group: [job for job in small + large if job.group == group] for group in order}
    done = {group: [] for group in order}
    for job in run_all(small, large):
        sys.stdout.write(job.report)
        done[job.group].append(job)
        if len(done[job.group]) == len(left[job.group]):
            jobs = done[job.group]
            print(f"{job.group:8} {sum(j.passed for j in jobs):6} passed {sum(j.failed for j in jobs):4} failed "
                  f"{sum(j.seconds for j in jobs):8.1f} s", flush=True)
    passed = sum(job.passed for jobs in done.values() for job in jobs)
    failed = sum(job.failed for jobs in done.values() for job in jobs)
    if not small + large:
        print(f"no test has a name that contains {args.name!r}")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
