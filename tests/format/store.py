# SPDX-License-Identifier: MIT
"""Reads the container of a store file as docs/format/store.md describes it, by Python's standard library alone."""

import struct
from collections import namedtuple

SLOT_MAGIC = bytes.fromhex("8943524D0D0A1A0A")
FRAME_MAGIC = bytes.fromhex("F266726D")
SECTOR = 4096
FRAMES = 8192
HEAD = 48
RECORD = 32
COMMIT = 1
OWN = 15   # kinds up to here are the container's
MASK = (1 << 64) - 1

Root = namedtuple("Root", "id generation commit checkpoint tail end chain")
Frame = namedtuple("Frame", "at kind commit offset length checksum previous self")
Record = namedtuple("Record", "checkpoint base frames version")


class Damaged(Exception):
    """No commit can be read."""


class Later(Damaged):
    """A later format."""


def _rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _round(lane, word):
    return _rotate((lane + word * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    """XXH64 with seed 0."""
    data = bytes(data)
    at = 0
    if len(data) >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= len(data):
            lanes = [_round(lane, word) for lane, word in zip(lanes, struct.unpack_from("<4Q", data, at))]
            at += 32
        value = sum(_rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + len(data)) & MASK
    while at + 8 <= len(data):
        value = (_rotate(value ^ _round(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        value = (_rotate(value ^ struct.unpack_from("<I", data, at)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = _rotate(value ^ byte * P5 & MASK, 11) * P1 & MASK
    value = (value ^ value >> 33) * P2 & MASK
    value = (value ^ value >> 29) * P3 & MASK
    return value ^ value >> 32


def slots(data):
    """The two roots; None for one that says nothing."""
    found = []
    for at in (0, SECTOR):
        slot = data[at:at + 80]
        root = None
        if len(slot) == 80 and slot[:8] == SLOT_MAGIC and struct.unpack_from("<Q", slot, 72)[0] == xxh64(slot[:72]):
            if struct.unpack_from("<2I", slot, 8) != (1, 0):
                raise Later("a later format")
            root = Root(*struct.unpack_from("<7Q", slot, 16))
        found.append(root)
    return found


def head(data, at):
    """The frame whose header is at `at`; None: there is none."""
    if at < FRAMES or at + HEAD > len(data) or data[at:at + 4] != FRAME_MAGIC:
        return None
    kind, commit, length, checksum, previous, own = struct.unpack_from("<I5Q", data, at + 4)
    if own != xxh64(data[at:at + 40]) or length > len(data) - at - HEAD:
        return None
    return Frame(at, kind, commit, at + HEAD, length, checksum, previous, own)


def payload(data, frame):
    """The bytes of a frame; Damaged where they are not what was written."""
    found = data[frame.offset:frame.offset + frame.length]
    if xxh64(found) != frame.checksum:
        raise Damaged("the payload of the frame at %d" % frame.at)
    return found


def record(data, frame):
    return Record(*struct.unpack("<3Qq", payload(data, frame)))


def behind(frame):
    return frame.offset + (frame.length + 7) // 8 * 8


class Commit:
    """A commit that was found: its root, its record, and the frames from the checkpoint's named one on."""

    def __init__(self, root, found, frames):
        self.root, self.record, self.frames = root, found, frames


def meant(root):
    """Whether a root's offsets can be those of a commit."""
    return (root is not None and 0 < root.commit < 1 << 63 and FRAMES <= root.checkpoint <= root.tail
            and root.checkpoint % 8 == 0 and root.tail % 8 == 0 and root.end == root.tail + HEAD + RECORD <= MASK)


def walk(data, root):
    """The last commit that ends well on the way from a root's checkpoint on; None: there is none."""
    at, chain, commit, frames, fresh, found = root.checkpoint, None, None, [], [], None
    begun = at
    if at == FRAMES:
        chain = xxh64(struct.pack("<2Q", root.id, root.generation))
    while True:
        frame = head(data, at)
        if frame is None or chain is not None and frame.previous != chain or commit not in (None, frame.commit):
            return found
        if commit is None and not 0 < frame.commit <= root.commit:
            return found
        commit = frame.commit
        try:
            if frame.kind != COMMIT:
                payload(data, frame)
                fresh.append(frame)
            else:
                ended = record(data, frame)
                if found is None:
                    good = (ended.checkpoint == root.checkpoint and FRAMES <= ended.base <= ended.checkpoint
                            and ended.base % 8 == 0 and ended.frames >= len(fresh))
                elif ended.checkpoint == found.record.checkpoint:
                    good = ended.base == found.record.base and ended.frames == len(fresh)
                else:
                    good = ended.base == begun and ended.frames == len(fresh)
                    fresh = [one for one in fresh if one.at >= ended.checkpoint]
                    good = good and bool(fresh) and fresh[0].at == ended.checkpoint
                    frames = []
                if not good:
                    return found
                if behind(frame) == root.end and (frame.self != root.chain or frame.commit != root.commit):
                    return None
                frames = frames + fresh
                fresh = []
                here = Root(root.id, root.generation, frame.commit, ended.checkpoint, frame.at, behind(frame), frame.self)
                found = Commit(here, ended, frames)
                commit, begun = commit + 1, behind(frame)
        except (Damaged, struct.error):
            return found
        chain, at = frame.self, behind(frame)


def opened(data):
    """The commit that a reader of this file gets; Damaged: none."""
    best = None
    for root in sorted((one for one in slots(data) if meant(one)), key=lambda one: -one.commit):
        found, tail = walk(data, root), root.tail
        while found is None:
            ending = head(data, tail)
            try:
                if ending is None or ending.kind != COMMIT:
                    break
                ended = record(data, ending)
            except (Damaged, struct.error):
                break
            earlier = Root(root.id, root.generation, ending.commit, ended.checkpoint, tail, behind(ending), ending.self)
            if tail != root.tail and meant(earlier):
                found = walk(data, earlier)
            if not FRAMES + HEAD + RECORD <= ended.base <= tail or ended.base % 8:
                break
            tail = ended.base - HEAD - RECORD
        if found is not None and (best is None or found.root.commit > best.root.commit):
            best = found
        if best is not None and best.root.commit >= root.commit:
            break
    if best is None:
        raise Damaged("no commit can be read")
    return best


def live(data, commit):
    """Every frame from the first one of the checkpoint's commit on, the container's own left out, each checked."""
    at, chain, found = commit.record.base, None, []
    while at < commit.root.end:
        frame = head(data, at)
        if frame is None or chain is not None and frame.previous != chain:
            raise Damaged("the frame at %d" % at)
        payload(data, frame)
        if frame.kind > OWN:
            found.append(frame)
        chain, at = frame.self, behind(frame)
    if chain != commit.root.chain:
        raise Damaged("the end of the commit")
    return found
