#!/usr/bin/env python3
"""A disk that fails, and power that goes: the real program under strace, in a temporary folder, synthetic.

  scripts/soak_disk.py faults 30   the first, second ... thirtieth call of each kind fails, once or from then on, in six flows
  scripts/soak_disk.py power 2000  disk images after a power cut: writes that were not synced are missing, out of order or torn at 512 bytes

Each ends with its figures and with a control that must fail: an acknowledged act that is taken away, and a disk that says it synced and did not.
The program is $LACUNA, or target/release/lacuna, or target/debug/lacuna. Needs strace. Exit status 1: something was lost, or a control passed.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import soaking

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
PROGRAM = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
WORK = tempfile.mkdtemp(prefix="lacuna-disk-")
HOME = os.path.join(WORK, "home")
os.makedirs(HOME)
ENV = {"HOME": HOME, "USER": "ana", "TMPDIR": WORK, "PATH": os.environ["PATH"]}
PASS = "four words of ana"
rng = random.Random(int(os.environ.get("SEED", "7")))


def run(store, args, trace=(), secret=None):
    locked = ["--passphrase-fd", "0"] if secret else []
    done = subprocess.run([*trace, PROGRAM, "--store", store, "--as", "ana", *locked, *args], input=secret and secret + "\n", capture_output=True, text=True, env=ENV)
    return done.returncode, done.stdout, done.stderr


def acts(store, action, secret=None):
    code, out, err = run(store, ["--json", "audit", "show"], secret=secret)
    return sum(row["action"] == action and row["outcome"] == "ok" for row in json.loads(out)) if code == 0 else f"exit {code}: {err[:200]}"


def notes(name, count):
    path = os.path.join(WORK, name)
    with open(path, "w") as out:
        for i in range(count):
            out.write(json.dumps({"id": f"{name}{i}", "text": f"ASSESSMENT: acute kidney injury {i}.", "patient": f"p{i % 5}", "encounter": f"e{i % 5}"}) + "\n")
    return path


def made():
    store = os.path.join(WORK, "good")
    assert run(store, ["init", "--no-encryption"])[0] == 0
    assert run(store, ["import", notes("first", 20)])[0] == 0
    assert run(store, ["search", "kidney"])[0] == 0
    return store


CALLS = [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("write", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"), ("ftruncate", "EIO"), ("openat", "EMFILE"), ("rename", "EIO"), ("unlink", "EIO")]


def flows():
    """What is done, and how its being done shows: an act in the log."""
    more = notes("more", 20)
    return [
        (["me", "--name", "Somebody"], "profile.set"),
        (["import", more], "import.end"),
        (["search", "kidney"], "search"),
        (["query", "new", "e1"], "query.draft"),
        (["backup", os.path.join(WORK, "copy.db")], "backup"),
        (["encrypt"], "store.encrypt"),
    ]


def faults(most):
    good = made()
    store, figures, lost, panics, half = os.path.join(WORK, "store"), {"done": 0, "told": 0}, 0, 0, 0
    for args, action in flows():
        secret = PASS if args[0] == "encrypt" else None
        before = acts(good, action)
        for call, error in CALLS:
            for mode in ("when={}", "when={}+"):
                for n in range(1, most + 1):
                    shutil.rmtree(store, ignore_errors=True)
                    shutil.copytree(good, store)
                    for name in ("copy.db", "copy.db.keys.json"):
                        if os.path.exists(os.path.join(WORK, name)):
                            os.remove(os.path.join(WORK, name))
                    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:{mode.format(n)}"]
                    code, _, err = run(store, args, trace, secret)
                    panics += "panicked" in err or code in (101, -6, -11, 134, 139)
                    if "panicked" in err:
                        print("PANIC:", args, call, error, mode.format(n), err[:300])
                    locked = os.path.exists(os.path.join(store, "keys.json"))
                    with open(os.path.join(store, "lacuna.db"), "rb") as file:
                        plain = file.read(15) == b"SQLite format 3"
                    opens = PASS if locked or not plain else None
                    sound, out, said = run(store, ["--json", "doctor"], secret=opens)
                    if sound != 0:
                        half += 1
                        print("HALF:", args, call, error, mode.format(n), code, sound, said[:200], out[:200])
                    after = acts(store, action, opens)
                    figures["done" if code in (0, 1) else "told"] += 1
                    if code == 0 and after != before + 1 and not (action == "search" and after == before):
                        lost += 1
                        print("LOST:", args, call, error, mode.format(n), before, after)
    total = sum(figures.values())
    print(f"faults {total}: done all the same {figures['done']}, told {figures['told']}; lost {lost}, not sound afterwards {half}, panics {panics}")
    # The same check on a store that is as it was before the act, as if a program had said "done" and kept nothing.
    before = acts(good, "profile.set")
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(good, store)
    code = run(store, ["me", "--name", "Kept"])[0]
    control = code == 0 and acts(store, "profile.set") == before + 1 and acts(good, "profile.set") != before + 1
    print(f"control (an act that was acknowledged and taken away): {'found' if control else 'NOT FOUND'}")
    return lost == 0 and half == 0 and panics == 0 and control


def unhex(text):
    return bytes.fromhex(text.replace("\\x", ""))


def traced(store, count):
    """Every write, sync, cut and removal of the store's files while acts are done one after the other, and when each was acknowledged."""
    log = os.path.join(WORK, "trace")
    loop = f'for i in $(seq {count}); do "{PROGRAM}" --store "{store}" --as ana me --name "Name $i" >/dev/null && echo ack $i; done'
    calls = "trace=pwrite64,ftruncate,fdatasync,fsync,unlink,write"
    trace = ["strace", "-f", "-qq", "-xx", "-s", "200000", "-y", "-e", calls, "-o", log, "sh", "-c", loop]
    done = subprocess.run(trace, capture_output=True, text=True, env=ENV)
    assert done.stdout.count("ack") == count, done.stderr[:300]
    ops = []
    for line in open(log):
        if (m := re.match(r'\d+\s+write\(1<[^>]*>, "((?:\\x..)*)"', line)) and b"ack" in unhex(m[1]):
            ops.append(("ack", None, int(unhex(m[1]).split()[1])))
        elif m := re.match(r'\d+\s+unlink\("((?:\\x..)*)"\)\s+= 0', line):
            ops.append(("unlink", os.path.basename(unhex(m[1]).decode()), None))
        elif m := re.match(r"\d+\s+(pwrite64|ftruncate|fdatasync|fsync)\(\d+<((?:\\x..)*|[^>]*)>(.*)$", line):
            call, path, rest = m.groups()
            name = os.path.basename(unhex(path).decode() if path.startswith("\\x") else path)
            if call == "pwrite64":
                w = re.search(r'"((?:\\x..)*)"(?:\.\.\.)?, (\d+), (\d+)\)', rest)
                data = unhex(w[1])
                assert len(data) == int(w[2])
                ops.append(("write", name, (int(w[3]), data)))
            elif call == "ftruncate":
                ops.append(("cut", name, int(re.search(r", (\d+)\)", rest)[1])))
            else:
                ops.append(("sync", name, None))
    return [op for op in ops if op[1] in (None, "lacuna.db", "lacuna.db-wal")]


def apply(image, op):
    kind, name, what = op
    if kind == "unlink":
        image.pop(name, None)
        return
    file = image.setdefault(name, bytearray())
    if kind == "write":
        at, data = what
        file.extend(bytes(max(0, at - len(file))))
        file[at : at + len(data)] = data
    elif len(file) > what:
        del file[what:]
    else:
        file.extend(bytes(what - len(file)))


def image_after(base, ops, cut, honest):
    """What a disk may hold after `cut` steps, and the last act that was acknowledged."""
    image, waiting, acknowledged = {name: bytearray(data) for name, data in base.items()}, {}, 0
    for op in ops[:cut]:
        if op[0] == "ack":
            acknowledged = op[2]
        elif op[0] == "sync":
            for done in waiting.pop(op[1], []) if honest else []:
                apply(image, done)
        else:
            waiting.setdefault(op[1], []).append(op)
    for name, rest in waiting.items():
        # A file that was removed and made again: what was written to the new one is there only if the removal is.
        last = max((i for i, op in enumerate(rest) if op[0] == "unlink"), default=-1)
        if last >= 0 and rng.random() < 0.5:
            rest, last = rest[:last], -1
        if last >= 0:
            image.pop(name, None)
            rest = rest[last + 1 :]
        rest = [op for op in rest if op[0] != "unlink"]
        rng.shuffle(rest)
        for op in rest:
            chance = rng.random()
            if chance < 0.4:
                continue
            if chance < 0.6 and op[0] == "write" and len(op[2][1]) > 512:
                at, data = op[2]
                op = ("write", name, (at, data[: 512 * rng.randrange(1, len(data) // 512 + 1)]))
            apply(image, op)
    return image, acknowledged


def judge(image, acknowledged):
    store = os.path.join(WORK, "image")
    shutil.rmtree(store, ignore_errors=True)
    os.makedirs(store)
    for name, data in image.items():
        with open(os.path.join(store, name), "wb") as file:
            file.write(data)
    found = acts(store, "profile.set")
    verdict = run(store, ["audit", "verify"])[0]
    if not isinstance(found, int) or verdict not in (0, 3):
        return "damaged"
    return "kept" if found >= acknowledged else "lost"


def power(images):
    store = made()
    base = {name: open(os.path.join(store, name), "rb").read() for name in os.listdir(store) if name in ("lacuna.db", "lacuna.db-wal")}
    ops = traced(store, 40)
    print(f"steps {len(ops)}: writes {sum(o[0] == 'write' for o in ops)}, syncs {sum(o[0] == 'sync' for o in ops)}, acknowledged {sum(o[0] == 'ack' for o in ops)}")

    def tried(count, honest):
        figures = {"kept": 0, "lost": 0, "damaged": 0}
        for _ in range(count):
            figures[judge(*image_after(base, ops, rng.randrange(len(ops) + 1), honest))] += 1
        return figures

    true = tried(images, True)
    print(f"power cuts {images}: {true}")
    control = tried(max(20, images // 20), False)
    print(f"control (a disk that says it synced and did not): {control}")
    return true["lost"] == 0 and true["damaged"] == 0 and control["lost"] + control["damaged"] > 0


soaking.main({"faults": faults, "power": power}, 100, __doc__, WORK)
