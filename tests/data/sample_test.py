#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The generator makes the committed sample again, byte for byte, and keeps to the number of lines that it is asked for.

    sample_test.py --generate PROGRAM
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data"


def sample(generate, folder):
    """Names of the files that differ from the committed ones, and of all."""
    subprocess.run([generate, str(folder)], check=True, stdin=subprocess.DEVNULL)
    committed = {path.name for path in SAMPLE.glob("*.csv")}
    names = sorted(committed | {path.name for path in folder.glob("*.csv")})
    same = [name for name in names if name in committed and (folder / name).exists()
            and (folder / name).read_bytes() == (SAMPLE / name).read_bytes()]
    return names, [name for name in names if name not in same]


def streamed(generate, path, seed):
    subprocess.run([generate, "--lines", "1000", "--customers", "100", "--seed", seed, str(path)], check=True,
                   stdin=subprocess.DEVNULL)
    return path.read_bytes()


def main():
    parser = argparse.ArgumentParser(description="the sample data")
    parser.add_argument("--generate", required=True)
    generate = parser.parse_args().generate
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "sample").mkdir()
        names, wrong = sample(generate, folder / "sample")
        checks = [("%s differs from what generate makes" % each, each not in wrong) for each in names]
        first, again = streamed(generate, folder / "a", "7"), streamed(generate, folder / "b", "7")
        other = streamed(generate, folder / "c", "8")
        checks += [("the same seed gives other bytes", first == again), ("another seed gives the same bytes", first != other),
                   ("1000 lines and a header are asked for", first.count(b"\n") == 1001)]
    failed = [text for text, good in checks if not good]
    for text in failed:
        print("FAILED %s" % text)
    print("%d passed, %d failed" % (len(checks) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
