#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The container of a store file: the library and the reader of store.py agree on good files and on damaged ones.

    container_test.py --journal PROGRAM [--changes N] [--seed N]
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "abi"))
import store  # noqa: E402
from common import Count  # noqa: E402

COMMITS = 12


def told(data):
    """What the reader of store.py finds, in the words of the C program."""
    try:
        commit = store.opened(data)
    except store.Later:
        return "refused version"
    except store.Damaged:
        return "refused corrupt"
    words = "commit %d version %d id %d generation %d end %d" % (
        commit.root.commit, commit.record.version, commit.root.id, commit.root.generation, commit.root.end)
    return words + "".join(" %d:%d:%d:%d:%016x" % (one.kind, one.commit, one.offset, one.length, one.checksum)
                           for one in commit.frames)


class Library:
    """The C program, which answers for one file after the other."""

    def __init__(self, program, folder):
        self.program, self.path = program, os.path.join(folder, "changed.crm")
        self.process = subprocess.Popen([program, "read"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def write(self, commits):
        path = os.path.join(os.path.dirname(self.path), "%d.crm" % commits)
        subprocess.run([self.program, "write", path, str(commits)], check=True)
        with open(path, "rb") as file:
            return file.read()

    def read(self, data):
        with open(self.path, "wb") as file:
            file.write(data)
        self.process.stdin.write(self.path + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


def sealed(draw, data):
    """A field of a slot, a header or the end of a commit changed, and the checksums over it made right again."""
    found = [at for at in (0, store.SECTOR) if data[at:at + 8] == store.SLOT_MAGIC]
    frames, frame = [], store.head(data, store.FRAMES)
    while frame is not None:
        frames.append(frame)
        frame = store.head(data, store.behind(frame))
    if not found and not frames:
        return
    if found and (draw.random() < 0.5 or not frames):
        at = draw.choice(found)
        field = at + draw.choice((16, 24, 32, 40, 48, 56, 64))
        change(draw, data, field)
        data[at + 72:at + 80] = store.xxh64(data[at:at + 72]).to_bytes(8, "little")
        return
    frame = draw.choice(frames)
    if frame.kind == store.COMMIT and draw.random() < 0.7:
        change(draw, data, frame.offset + draw.choice((0, 8, 16, 24)))
        data[frame.at + 24:frame.at + 32] = store.xxh64(data[frame.offset:frame.offset + frame.length]).to_bytes(8, "little")
    else:
        change(draw, data, frame.at + draw.choice((8, 16, 24, 32)))
    data[frame.at + 40:frame.at + 48] = store.xxh64(data[frame.at:frame.at + 40]).to_bytes(8, "little")


def change(draw, data, at):
    value = int.from_bytes(data[at:at + 8], "little")
    value = draw.choice((value + 8, value - 8, value + 1, value - 1, value ^ 1 << draw.randrange(64), 0, store.MASK,
                         1 << 63, len(data), store.FRAMES)) & store.MASK
    data[at:at + 8] = value.to_bytes(8, "little")


def damage(draw, data, files):
    """One of the ways in which a file goes bad."""
    way = draw.randrange(9)
    at = draw.randrange(len(data))
    if way == 0:
        data[at] ^= 1 << draw.randrange(8)
    elif way == 1:
        del data[at:]
    elif way == 2:
        size = draw.choice((8, 512, 4096))
        data[at // size * size:at // size * size + size] = bytes(min(size, len(data) - at // size * size))
    elif way == 3:   # a slot from another time, or in the other place
        other = draw.choice(files)
        here, there = draw.choice((0, store.SECTOR)), draw.choice((0, store.SECTOR))
        data[here:here + 80] = other[there:there + 80]
    elif way == 4:   # a part of another file of the same store
        other = draw.choice(files)
        size = draw.choice((64, 512, 4096))
        data[at:at + size] = other[at:at + size]
    elif way == 5:   # a part that is gone
        del data[at:at + draw.choice((1, 8, 48, 512))]
    elif way == 6:
        data += bytes(draw.randrange(200))
    else:
        sealed(draw, data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", required=True)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    count, draw = Count(), random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(os.path.abspath(arguments.journal), folder)
        files = [library.write(commits) for commits in range(1, COMMITS + 1)]
        for commits, data in enumerate(files, 1):
            answer = library.read(data)
            count.check("commit %d is read alike" % commits,
                        [] if answer == told(data) and answer.startswith("commit %d " % commits) else [answer, told(data)])
            commit = store.opened(data)
            count.check("every live frame of commit %d is whole" % commits,
                        [] if {one.at for one in commit.frames} <= {one.at for one in store.live(data, commit)} else ["no"])
        troubles, refused, earlier = [], 0, 0
        for number in range(arguments.changes):
            start = draw.randrange(COMMITS)
            data = bytearray(files[start])
            for _ in range(draw.choice((1, 1, 1, 2, 3))):
                if data:
                    damage(draw, data, files)
            answer, wanted = library.read(data), told(bytes(data))
            refused += answer.startswith("refused")
            earlier += answer.startswith("commit") and not answer.startswith("commit %d " % (start + 1))
            if answer != wanted:
                troubles.append("change %d: %s, not %s" % (number, answer, wanted))
        count.check("%d damaged files are read alike (%d refused, %d opened at another commit)"
                    % (arguments.changes, refused, earlier), troubles)
        count.check("both ways are taken", [] if refused and earlier else ["no"])
        count.check("the program ends well", [] if library.close() == 0 else ["no"])
    count.close()


if __name__ == "__main__":
    main()
