#!/usr/bin/env python3
"""The whole loop under valgrind (loop.sh). Prints TAP.

    tests/valgrind/loop_test.py --build DIR [--quick]      --quick: passed over, since it takes half a minute"""
import argparse
import os
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--build", default="build")
parser.add_argument("--quick", action="store_true")
args = parser.parse_args()
if args.quick or "asan" in args.build:
    print("ok valgrind # skip " + ("takes half a minute" if args.quick else "not with sanitizers"))
    sys.exit(0)
loop = os.path.join(os.path.dirname(os.path.abspath(__file__)), "loop.sh")
sys.exit(subprocess.run([loop, args.build], check=False).returncode)
