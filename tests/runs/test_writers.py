"""Many short writers take turns, and nothing of theirs is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from trasunto.runs.checking import check
from trasunto.runs.store import Store

WRITERS, WRITES = 4, 12

WRITER = """
import random, sys, time
import numpy as np
from trasunto.errors import StoreError
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store

path, name, writes = sys.argv[1], sys.argv[2], int(sys.argv[3])
refused = 0
for epoch in range(1, writes + 1):
    while True:
        try:
            store = Store.open(path)
            break
        except StoreError as fault:
            if "is being written by" not in str(fault):
                raise
            refused += 1
            time.sleep(random.random() * 0.01)
    with store:
        store.register([MemberRecord(name, "{}", 0, "", "", "", 1)])
        reached = store.progress([name])
        assert (reached[name].epoch if reached else 0) == epoch - 1
        pack = Pack((name,), epoch, {"w": np.full((1, 3), epoch)}, keep=epoch % 2 == 0)
        store.write(pack, [CurvePoint(name, epoch, "loss", epoch)], [Progress(name, epoch, "training", "", 0.0)])
print(refused)
"""


def test_many_short_writers_lose_nothing(tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", WRITER, str(tmp_path), f"m{number}", str(WRITES)] for number in range(WRITERS)]
    writers = [subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for one in commands]
    ended = [writer.communicate(timeout=120) for writer in writers]
    assert [complained for _, complained in ended] == [""] * WRITERS
    assert sum(int(said) for said, _ in ended) > 0, "no writer ever met another"
    assert check(tmp_path).faults == ()
    with Store.open(tmp_path, write=False) as store:
        for id in (f"m{number}" for number in range(WRITERS)):
            assert store.curves([id])["epoch"].tolist() == list(range(1, WRITES + 1))
            assert store.epochs(id) == tuple(range(2, WRITES + 1, 2))
            assert [store.load(id, epoch)[1]["w"][0] for epoch in store.epochs(id)] == list(store.epochs(id))
