#!/usr/bin/env python3
"""The audit log against whoever holds the file, backups while people write, and terminals that die. In a temporary folder, synthetic.

  scripts/soak_audit.py tamper 1000   a log that was changed, lost, gained, swapped, cut or rolled back: every variant found with an anchor
  scripts/soak_audit.py healthy 1000  SIGKILL at random: no healthy log is called altered
  scripts/soak_audit.py backup 20     copies made while two people write, each restored into an empty folder: counts, texts, log, 50 searches
  scripts/soak_audit.py death 20      hang-up, TERM, closed terminal, killed shell, so often each: gone in 2 s, the draft a second old at most

Each run ends with its figures, and with a control that must fail. The program is $LACUNA, or target/release/lacuna, or
target/debug/lacuna. Exit status 1: something was not found, was lost or stayed, or the control was not found.
"""
import collections
import hashlib
import json
import os
import pty
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import soaking

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
PROGRAM = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
WORK = tempfile.mkdtemp(prefix="lacuna-audit-")
ENV = {"HOME": WORK, "USER": "ana", "TMPDIR": WORK, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
PASS = "four words of ana"
rng = random.Random(int(os.environ.get("SEED", "7")))


def run(store, args, secrets=(), user="ana"):
    locked = ["--passphrase-fd", "0"] if secrets else []
    done = subprocess.run([PROGRAM, "--store", store, "--as", user, *locked, *args], input="".join(s + "\n" for s in secrets), capture_output=True, text=True, env=ENV)
    if "panicked" in done.stderr or done.returncode in (101, -6, -11):
        raise SystemExit(f"PANIC: {args}: {done.stderr[:500]}")
    return done.returncode, done.stdout, done.stderr


def notes(count):
    path = os.path.join(WORK, "notes.jsonl")
    kinds = ["acute kidney injury", "sepsis", "heart failure", "pneumonia", "anemia", "delirium", "hyponatremia", "stroke"]
    with open(path, "w") as out:
        for i in range(count):
            text = f"ASSESSMENT: {kinds[i % 8]} and {kinds[i * 3 % 8]}, creatinine {1 + i % 20 / 10:.1f}, word{i % 40}."
            out.write(json.dumps({"id": f"n{i}", "text": text, "patient": f"p{i % 7}", "encounter": f"e{i % 7}"}) + "\n")
    return path


def verify(store, anchors=None, secrets=()):
    return run(store, ["--json", "audit", "verify", *(["--anchor", anchors] if anchors else [])], secrets)[0]


FIELDS = ["at", "by_user", "session", "client", "program", "action", "patient", "encounter", "object", "object_version", "outcome", "detail", "hash", "previous", "sequence"]


def tampered(db, kind, rows):
    """Changes the log as somebody with the file and without the key would; gives what was done."""
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')
    at = rng.randrange(1, rows + 1)
    if kind == "change":
        field = rng.choice(FIELDS)
        if field == "sequence":
            db.execute("UPDATE audit SET sequence = ? WHERE sequence = ?", (rows + 1000, at))
        elif field == "object_version":
            db.execute("UPDATE audit SET object_version = coalesce(object_version, 0) + 1 WHERE sequence = ?", (at,))
        else:
            db.execute(f"UPDATE audit SET {field} = coalesce({field}, '') || 'x' WHERE sequence = ?", (at,))
        return field
    if kind == "delete":
        db.execute("DELETE FROM audit WHERE sequence = ?", (at,))
        if at < rows and rng.random() < 0.5:
            for n in range(at + 1, rows + 1):
                db.execute("UPDATE audit SET sequence = ? WHERE sequence = ?", (n - 1, n))
            return "numbers closed up"
        return "a gap"
    names = [r[1] for r in db.execute("PRAGMA table_info(audit)")]
    others = ", ".join(n for n in names if n != "sequence")
    if kind == "insert":
        for n in range(rows, at - 1, -1):
            db.execute("UPDATE audit SET sequence = ? WHERE sequence = ?", (n + 1, n))
        db.execute(f"INSERT INTO audit (sequence, {others}) SELECT ?, {others} FROM audit WHERE sequence = ?", (at, rng.choice([n for n in range(1, rows + 2) if n != at])))
        return "a copied row"
    if kind == "swap":
        other = rng.choice([n for n in range(1, rows + 1) if n != at])
        for a, b in ((at, -1), (other, at), (-1, other)):
            db.execute("UPDATE audit SET sequence = ? WHERE sequence = ?", (b, a))
        return "two rows"
    keep = rng.randrange(0, rows)
    db.execute("DELETE FROM audit WHERE sequence > ?", (keep,))
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_shown'").fetchone():
        db.execute("DELETE FROM audit_shown WHERE sequence > ?", (keep,))
    return f"to {keep} of {rows}"


def head_of(store):
    with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
        last = db.execute("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1").fetchone()
    with open(os.path.join(store, "audit.head"), "w") as out:
        out.write(f"{last[0]} {last[1]}\n" if last else "")


def tamper(count):
    good, anchors = os.path.join(WORK, "good"), os.path.join(WORK, "anchors")
    run(good, ["init", "--no-encryption"])
    run(good, ["import", notes(14)])
    older = []
    for turn in range(6):
        for args in (["me", "--name", f"N{turn}"], ["search", "kidney"], ["note", f"n{turn}"], ["query", "new", f"e{turn}"], ["chart", f"e{turn}"]):
            run(good, args)
        copy = os.path.join(WORK, f"older{turn}")
        shutil.copytree(good, copy)
        older.append(copy)
    # The anchor is the last act: what is written after it is nobody's to tell, and the look at the untouched log is at a copy.
    run(good, ["audit", "anchor", anchors])
    untouched = os.path.join(WORK, "untouched")
    shutil.copytree(good, untouched)
    base = verify(untouched, anchors)
    with sqlite3.connect(os.path.join(good, "lacuna.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = db.execute("SELECT count(*) FROM audit").fetchone()[0]
    store, missed, found = os.path.join(WORK, "store"), [], collections.Counter()
    kinds = ["change", "delete", "insert", "swap", "cut", "roll back"]
    for turn in range(count):
        kind = kinds[turn % 6]
        shutil.rmtree(store, ignore_errors=True)
        if kind == "roll back":
            shutil.copytree(rng.choice(older), store)
            what = "whole folder"
            for _ in range(rng.randrange(0, 3)):
                run(store, ["me", "--name", "afterwards"])
                what = "and written on"
        else:
            shutil.copytree(good, store)
            with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
                what = tampered(db, kind, rows)
            # The head beside the store is the tamperer's too: only what is kept elsewhere counts.
            if rng.random() < 0.5:
                head_of(store)
        code = verify(store, anchors)
        found[f"{kind}: exit {code}"] += 1
        if code not in (1, 2):
            missed.append((kind, what, code))
    print(f"variants {count} on a log of {rows} rows (untouched: exit {base}): {dict(sorted(found.items()))}; missed {len(missed)} {missed[:5]}")
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(good, store)
    with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
        tampered(db, "cut", rows)
    head_of(store)
    blind, seeing = verify(store), verify(store, anchors)
    print(f"control (a log cut with its head, looked at without the anchor): exit {blind}; with it: exit {seeing}")
    return base == 0 and not missed and blind in (0, 3) and seeing == 2


def healthy(count):
    store, anchors, alarms, killed = os.path.join(WORK, "store"), os.path.join(WORK, "anchors"), [], 0
    run(store, ["init", "--no-encryption"])
    run(store, ["import", notes(14)])
    start = time.time()
    run(store, ["me", "--name", "N"])
    usual = time.time() - start
    run(store, ["audit", "anchor", anchors])
    acts = [["me", "--name", "N"], ["query", "new", "e1"], ["note", "n1"], ["search", "sepsis"], ["worklist"]]
    for turn in range(count):
        child = subprocess.Popen([PROGRAM, "--store", store, "--as", "ana", *rng.choice(acts)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
        try:
            child.wait(rng.random() * usual * 2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed += 1
        if turn % 50 == 49:
            run(store, ["audit", "anchor", anchors])
        code = verify(store, anchors)
        if code != 0:
            alarms.append((turn, code))
    print(f"crash images {count} ({killed} killed): false alarms {len(alarms)} {alarms[:5]}")
    with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
        tampered(db, "change", db.execute("SELECT count(*) FROM audit").fetchone()[0])
    control = verify(store, anchors)
    print(f"control (one changed field): exit {control}")
    return not alarms and killed > 0 and control == 1


def told(store, secrets):
    """What two stores must have alike: counts, the texts, and 50 searches."""
    doctor = json.loads(run(store, ["--json", "doctor"], secrets)[1])
    counts = {k: doctor[k] for k in ("documents", "patients", "encounters", "observations", "sound")}
    texts = hashlib.sha256(run(store, ["export", "--all"], secrets)[1].encode()).hexdigest()
    words = [f"word{i}" for i in range(40)] + ["kidney", "sepsis", "\"heart failure\"", "anemia or stroke", "delirium not sepsis", "creatin*", "pneumonia", "hyponatremia", "near/5", "kidney sepsis"]
    totals = []
    for word in words:
        code, out, _ = run(store, ["--json", "search", word], secrets)
        value = json.loads(out) if code in (0, 1) else {}
        totals.append((code, value.get("total"), [h["document"] for h in value.get("hits", [])]))
    return counts, texts, totals


def log(store, secrets):
    return [(r["sequence"], r["hash"]) for r in json.loads(run(store, ["--json", "audit", "show"], secrets)[1])]


def backup(count):
    store, secrets = os.path.join(WORK, "store"), [PASS]
    run(store, ["init"], secrets)
    run(store, ["import", notes(400)], secrets)
    before = os.path.join(WORK, "before.db")
    run(store, ["backup", before], secrets)
    with open(os.path.join(WORK, "more.jsonl"), "w") as out:
        out.write(json.dumps({"id": "later", "text": "ASSESSMENT: sepsis word1.", "patient": "p1", "encounter": "e1"}) + "\n")
    run(store, ["import", os.path.join(WORK, "more.jsonl")], secrets)
    expected, other, stop = told(store, secrets), 0, os.path.join(WORK, "stop")
    loop = f'while [ ! -e {stop} ]; do echo "{PASS}" | "{PROGRAM}" --store {store} --as ana --passphrase-fd 0 me --name "N $$" >/dev/null; done'
    writers = [subprocess.Popen(["sh", "-c", loop], env=ENV, stderr=subprocess.DEVNULL) for _ in range(2)]
    copies = []
    for turn in range(count):
        copy = os.path.join(WORK, f"copy{turn}.db")
        code, _, err = run(store, ["backup", copy], secrets)
        copies.append(copy)
        if code != 0:
            print("BAD:", err[:200])
            other += 1
    open(stop, "w").close()
    [w.wait() for w in writers]
    whole, grown = log(store, secrets), 0

    def equal(copy, n):
        fresh = os.path.join(WORK, f"empty{n}")
        if run(fresh, ["restore", copy], secrets)[0] != 0:
            return False
        head = log(fresh, secrets)
        # Its rows up to the copy are the store's own; coming in and restoring have added their own after them.
        shared = sum(a == b for a, b in zip(head, whole))
        good = told(fresh, secrets) == expected and shared >= len(head) - 4
        shutil.rmtree(fresh)
        return good

    for n, copy in enumerate(copies):
        if not equal(copy, n):
            other += 1
            print("NOT EQUAL:", copy)
    print(f"backups {count} while two people wrote ({len(whole)} rows of the log by the end): not equal after restore {other}")
    control = not equal(before, "before")
    print(f"control (a copy of before the last import): {'found' if control else 'NOT FOUND'} to be another")
    return other == 0 and control


def settle(fd, quiet=0.4, most=20):
    seen, until = [], time.time() + most
    while time.time() < until and select.select([fd], [], [], quiet)[0]:
        try:
            seen.append(os.read(fd, 65536))
        except OSError:
            break
    return b"".join(seen)


def death(count):
    good, figures, bad = os.path.join(WORK, "good"), collections.Counter(), []
    run(good, ["init", "--no-encryption"])
    run(good, ["import", os.path.join(ROOT, "fixtures", "charts", "rivera-marta.json")])
    run(good, ["gaps", "--all"])
    store, slowest, oldest = os.path.join(WORK, "store"), collections.Counter(), 0.0
    program = [PROGRAM, "--store", store, "--as", "ana"]

    def begun(way):
        pid, fd = pty.fork()
        if pid == 0:
            os.execvpe("sh", ["sh", "-c", '"$0" "$@"; true', *program], ENV) if way == "killed shell" else os.execve(PROGRAM, program, ENV)
        return pid, fd

    def child_of(pid):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return int(file.read().split()[0])

    def gone(pid):
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return not os.path.exists(f"/proc/{pid}")

    for turn in range(count * 4):
        way = ["hang-up", "TERM", "closed terminal", "killed shell"][turn % 4]
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(good, store)
        leader, fd = begun(way)
        settle(fd, 1.0)
        for keys in ("/rivera\r", "\r", "3", "w", "\t"):
            os.write(fd, keys.encode())
            settle(fd)
        pid = child_of(leader) if way == "killed shell" else leader
        typed, until = [], time.time() + rng.uniform(1.5, 3.0)
        while time.time() < until:
            word = f"w{len(typed)}x"
            os.write(fd, (word + " ").encode())
            typed.append((word, time.time()))
            settle(fd, 0.05, 0.2)
        at = time.time()
        if way == "closed terminal":
            os.close(fd)
        else:
            os.kill(leader if way == "killed shell" else pid, {"hang-up": signal.SIGHUP, "TERM": signal.SIGTERM}.get(way, signal.SIGKILL))
        while not gone(pid) and time.time() - at < 6:
            time.sleep(0.02)
        took = time.time() - at
        slowest[way] = max(slowest[way], round(took, 2))
        if way != "closed terminal":
            os.close(fd)
        if way == "killed shell":
            gone(leader)
        if took >= 2:
            bad.append((way, f"there after {took:.1f} s"))
            os.kill(pid, signal.SIGKILL)
        rows = json.loads(run(store, ["--json", "query", "list"])[1])
        body = json.loads(run(store, ["--json", "query", "show", str(rows[0]["id"])])[1])["draft"]["body"] if rows else ""
        kept = [when for word, when in typed if word in body]
        age = at - kept[-1] if kept else 99
        later = [when for word, when in typed if word not in body]
        # How old the draft is: since the first word that it lacks.
        lacks = at - later[0] if later else 0.0
        oldest = max(oldest, lacks)
        if not kept or lacks > 1.1:
            bad.append((way, f"{len(kept)} of {len(typed)} words, lacks {lacks:.1f} s, last {age:.1f} s"))
        if run(store, ["audit", "verify"])[0] != 0:
            bad.append((way, "the log is not intact"))
        figures[way] += 1
    print(f"deaths {dict(figures)}: slowest end in seconds {dict(slowest)} (load {os.getloadavg()[0]:.1f}), oldest draft {oldest:.2f} s, bad {len(bad)} {bad[:5]}")
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("sh", ["sh", "-c", "trap '' HUP TERM; while :; do sleep 0.1; done"])
    time.sleep(0.5)
    os.kill(pid, signal.SIGHUP)
    os.close(fd)
    time.sleep(2)
    control = not gone(pid)
    os.kill(pid, signal.SIGKILL)
    print(f"control (a program that ignores its terminal's end): {'found' if control else 'NOT FOUND'} to be there after 2 s")
    return not bad and control


soaking.main({"tamper": tamper, "healthy": healthy, "backup": backup, "death": death}, 20, __doc__, WORK)
