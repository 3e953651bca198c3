#!/usr/bin/env python3
"""Torments the real program: kills, changes of keys cut off, flipped bits, planted words. Everything in a temporary folder, synthetic.

  scripts/soak.py kills 5000     SIGKILL at random, four writers: no acknowledged act lost, the audit chain whole
  scripts/soak.py rekey 200      SIGKILL in the middle of removing a person: everybody who stays gets in, the log is intact
  scripts/soak.py flips 10000    one changed bit in store (a draft in it), index, key file or backup: an error or the same answers, no panic
  scripts/soak.py migrate 200    SIGKILL while a store of an earlier schema is brought up to date: old or new, whole, its copy beside it
  scripts/soak.py encrypt 200    SIGKILL while a plain store is encrypted: it is what it was or encrypted, whole
  scripts/soak.py words          twenty planted words: in no file of an encrypted store, its backup, home and temporary folders, in no
                                 history of tmux after the interface was left or locked, in no core that it leaves

Each run ends with its figures, and with a control that must fail: a fault that the check has to find. The program is $LACUNA, or
target/release/lacuna, or target/debug/lacuna. Exit status 1: something was lost, or the control was not found.
"""
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import soaking

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
PROGRAM = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
PASS, BEN = "four words of ana", "four words of ben"
WORDS = [f"zq{a}{b}vexil" for a in "aeiou" for b in "bdkm"]
WORK = tempfile.mkdtemp(prefix="lacuna-soak-")
HOME = os.path.join(WORK, "home")
os.makedirs(os.path.join(HOME, "tmp"))
ENV = {"HOME": HOME, "USER": "ana", "TMPDIR": os.path.join(HOME, "tmp"), "PATH": os.environ["PATH"]}
rng = random.Random(int(os.environ.get("SEED", "7")))


def run(store, args, secrets=(), user="ana"):
    """Runs a command; gives exit code, standard output, standard error."""
    locked = ["--passphrase-fd", "0"] if secrets else []
    lines = "".join(s + "\n" for s in secrets)
    done = subprocess.run([PROGRAM, "--store", store, "--as", user, *locked, *args], input=lines, capture_output=True, text=True, env=ENV)
    if "panicked" in done.stderr or done.returncode in (101, -6, -11) or "Drafts are saved up to the last second" in done.stderr:
        raise SystemExit(f"PANIC: {args}: {done.stderr[:500]}")
    return done.returncode, done.stdout, done.stderr


def killed(store, args, secrets, user, after):
    """Starts a command and kills it after a while; true when it had ended well before."""
    locked = ["--passphrase-fd", "0"] if secrets else []
    child = subprocess.Popen(
        [PROGRAM, "--store", store, "--as", user, *locked, *args],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV,
    )
    try:
        child.stdin.write("".join(s + "\n" for s in secrets).encode())
        child.stdin.close()
    except BrokenPipeError:
        pass
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return child.returncode == 0


def notes():
    path = os.path.join(WORK, "notes.jsonl")
    with open(path, "w") as out:
        for i, word in enumerate(WORDS):
            text = f"ASSESSMENT: {word}, acute kidney injury, creatinine {1 + i / 10:.1f}. PLAN: fluids."
            out.write(json.dumps({"id": f"n{i}", "text": text, "patient": f"p{i % 5}", "encounter": f"e{i % 5}"}) + "\n")
    return path


def made(name, encrypted):
    store = os.path.join(HOME, name)
    secrets = [PASS] if encrypted else []
    code, _, err = run(store, ["init"] if encrypted else ["init", "--no-encryption"], secrets)
    assert code == 0, err
    code, _, err = run(store, ["import", notes()], secrets)
    assert code == 0, err
    run(store, ["search", "kidney"], secrets)
    return store, secrets


def kills(count):
    store, _ = made("kills", False)
    acknowledged, total, lock = {f"w{i}": 0 for i in range(4)}, [0], threading.Lock()
    start = time.time()
    killed(store, ["me", "--name", "Somebody, RN"], [], "w0", 60)
    usual = time.time() - start
    acknowledged["w0"] += 1

    def write(user):
        own = random.Random(user)
        while total[0] < count:
            done = killed(store, ["me", "--name", f"Name {own.random()}"], [], user, own.random() * usual * 2.5)
            with lock:
                acknowledged[user] += done
                total[0] += not done

    threads = [threading.Thread(target=write, args=(user,)) for user in acknowledged]
    [t.start() for t in threads]
    [t.join() for t in threads]
    lost = lost_of(store, acknowledged)
    verdict = json.loads(run(store, ["--json", "audit", "verify"])[1])["verdict"]
    print(f"kills {total[0]}, acknowledged {sum(acknowledged.values())}, lost {lost}, chain {verdict}")
    control = lost_of(store, {**acknowledged, "w1": acknowledged["w1"] + total[0] + 1})
    print(f"control (acts that never were counted as acknowledged): {control} found lost")
    return lost == 0 and verdict == "intact" and control > 0


def lost_of(store, acknowledged):
    rows = json.loads(run(store, ["--json", "audit", "show"])[1])
    there = {user: sum(r["user"] == user and r["action"] == "profile.set" for r in rows) for user in acknowledged}
    return sum(max(0, n - there[user]) for user, n in acknowledged.items())


def rekey(count):
    store, secrets = made("rekey", True)
    start = time.time()
    run(store, ["user", "add", "ben", "--role", "coder"], [PASS, BEN])
    run(store, ["user", "remove", "ben"], secrets)
    usual, cut, bad, states = time.time() - start, 0, 0, {"in": 0, "out": 0}
    for _ in range(count):
        if "ben" not in run(store, ["user", "list"], secrets)[1]:
            run(store, ["user", "add", "ben", "--role", "coder"], [PASS, BEN])
        cut += not killed(store, ["user", "remove", "ben"], secrets, "ana", rng.uniform(0.2, 1.0) * usual / 1.5)
        code, out, err = run(store, ["--json", "search", "kidney"], secrets)
        total = json.loads(out)["total"] if code == 0 else None
        code, out, _ = run(store, ["--json", "audit", "verify"], secrets)
        if total != len(WORDS) or code != 0:
            bad += 1
            print("BAD:", total, code, err[:300])
        states["in" if "ben" in run(store, ["user", "list"], secrets)[1] else "out"] += 1
    print(f"removals {count}, cut off {cut}, afterwards in {states['in']} out {states['out']}, shut out or lost {bad}")
    shutil.copy(os.path.join(store, "keys.json"), os.path.join(WORK, "old.json"))
    run(store, ["user", "add", "eve", "--role", "coder"], [PASS, BEN])
    run(store, ["user", "remove", "eve"], secrets)
    shutil.copy(os.path.join(WORK, "old.json"), os.path.join(store, "keys.json"))
    control = run(store, ["search", "kidney"], secrets)[0]
    print(f"control (the key file of before, as if the new one had never been written): exit {control}")
    return bad == 0 and control != 0


def migrate(count):
    """A store of the first schema, grown by as many notes as make the copy take a while."""
    grown, usual, cut, bad, states = os.path.join(WORK, "grown.db"), 0, 0, 0, {"old": 0, "new": 0}
    shutil.copy(os.path.join(ROOT, "fixtures", "stores", "schema-1.db"), grown)
    with sqlite3.connect(grown) as db:
        text = "ASSESSMENT: acute kidney injury. " * 200
        sha = hashlib.sha256(text.encode()).hexdigest()
        body = db.execute("SELECT body, body_sha256 FROM document WHERE identifier = 'd2'").fetchone()
        db.executemany(
            "INSERT INTO document (identifier, version, current, encounter, patient, sha256, text, body, body_sha256, run) VALUES (?, 1, 1, 'e1', 'p1', ?, ?, ?, ?, 1)",
            [(f"g{i}", sha, text, *body) for i in range(3000)],
        )
    store = os.path.join(HOME, "migrate")

    def fresh():
        shutil.rmtree(store, ignore_errors=True)
        os.makedirs(store)
        shutil.copy(grown, os.path.join(store, "lacuna.db"))

    fresh()
    start = time.time()
    run(store, ["me"])
    usual = time.time() - start
    for _ in range(count):
        fresh()
        cut += not killed(store, ["me"], [], "ana", rng.uniform(0.05, 1.0) * usual)
        with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
        states["old" if version == 1 else "new"] += 1
        copies = [f for f in os.listdir(store) if f.startswith("before-") and f.endswith(".db")]
        whole = all(sqlite3.connect(os.path.join(store, f)).execute("SELECT count(*) FROM document").fetchone()[0] == 3003 for f in copies)
        code, out, err = run(store, ["--json", "doctor"])
        if code != 0 or json.loads(out)["documents"] != 3002 or not whole or (version > 1 and not copies):
            bad += 1
            print("BAD:", version, copies, whole, code, err[:300])
    print(f"openings {count}, cut off {cut}, left at the old schema {states['old']}, at the new {states['new']}, lost or half {bad}")
    fresh()
    with sqlite3.connect(os.path.join(store, "lacuna.db")) as db:
        db.execute("DROP TRIGGER document_is_immutable")
        db.execute("UPDATE document SET text = 'another' WHERE identifier = 'g7'")
    control = run(store, ["doctor"])[0]
    print(f"control (a store that lost a text on the way): exit {control}")
    return bad == 0 and control != 0


def encrypt(count):
    good, secrets = made("encrypt-good", False)
    run(good, ["doctor"])
    store, cut, bad, states = os.path.join(HOME, "encrypt"), 0, 0, {"plain": 0, "encrypted": 0}
    shutil.copytree(good, store)
    start = time.time()
    run(store, ["encrypt"], [PASS])
    usual = time.time() - start
    for _ in range(count):
        shutil.rmtree(store)
        shutil.copytree(good, store)
        soaking.forget(HOME)
        cut += not killed(store, ["encrypt"], [PASS], "ana", rng.uniform(0.1, 1.05) * usual)
        with open(os.path.join(store, "lacuna.db"), "rb") as file:
            plain = file.read(15) == b"SQLite format 3"
        states["plain" if plain else "encrypted"] += 1
        secrets = [] if plain else [PASS]
        code, out, err = run(store, ["--json", "search", "kidney"], secrets)
        total = json.loads(out)["total"] if code == 0 else None
        verify, out, _ = run(store, ["--json", "audit", "verify"], secrets)
        if total != len(WORDS) or verify != 0:
            bad += 1
            print("BAD:", plain, total, verify, code, err[:300])
    print(f"encryptions {count}, cut off {cut}, plain {states['plain']}, encrypted {states['encrypted']}, lost or shut {bad}")
    run(store, ["encrypt"], [PASS])
    os.remove(os.path.join(store, "keys.json"))
    control = run(store, ["search", "kidney"])[0]
    print(f"control (encrypted, and the keys lost): exit {control}")
    return bad == 0 and control not in (0, 1)


def answers(store, secrets):
    out = []
    for args in (["--json", "search", "kidney", "--limit", "30"], ["--json", "note", "n7"], ["--json", "query", "show", "1"]):
        code, text, _ = run(store, args, secrets)
        if code == 0 and text.startswith("{"):
            value = json.loads(text)
            value.pop("took_ms", None)
            text = json.dumps(value)
        out.append((code, text if code == 0 else ""))
    return out


def flip(path):
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        at = rng.randrange(size)
        file.seek(at)
        byte = file.read(1)[0] ^ (1 << rng.randrange(8))
        file.seek(at)
        file.write(bytes([byte]))


def flips(count):
    silent, noticed, same, kinds = 0, 0, 0, {}
    store, secrets = made("flips", True)
    run(store, ["query", "new", "e1"], secrets)
    run(store, ["doctor"], secrets)
    backup = os.path.join(WORK, "copy.db")
    run(store, ["backup", backup], secrets)
    expected = answers(store, secrets)
    good = os.path.join(WORK, "good")
    shutil.copytree(store, good)

    def judge(path, got):
        nonlocal silent, noticed, same
        for mine, theirs in zip(got, expected):
            if mine[0] != 0:
                noticed += 1
            elif mine == theirs:
                same += 1
            else:
                silent += 1
                print("SILENT:", path)

    for turn in range(count):
        shutil.rmtree(store, ignore_errors=True)
        if turn % 5 == 4:
            # One changed bit in a backup, or in the keys beside it, and what is restored from it.
            changed = os.path.join(WORK, "changed.db")
            for end in ("", ".keys.json"):
                shutil.copy(backup + end, changed + end)
            path = changed + rng.choice(["", "", ".keys.json"])
            flip(path)
            kinds["backup"] = kinds.get("backup", 0) + 1
            if run(store, ["restore", changed], secrets)[0] == 0:
                judge(path, answers(store, secrets))
            else:
                noticed += len(expected)
            continue
        shutil.copytree(good, store)
        files = [os.path.join(d, f) for d, _, names in os.walk(store) for f in names]
        files = [f for f in files if os.path.getsize(f) and not f.endswith(("-shm", "audit.head", "logins.json"))]
        path = rng.choice(files)
        kinds[os.path.basename(path) if "index" not in path else "index"] = kinds.get(os.path.basename(path) if "index" not in path else "index", 0) + 1
        flip(path)
        judge(path, answers(store, secrets))
    print(f"flips {count} {kinds}: {noticed} answers refused, {same} as before, {silent} others")
    plain, _ = made("plain", False)
    run(plain, ["doctor"])
    with open(os.path.join(plain, "lacuna.db"), "r+b") as file:
        data = file.read()
        at = data.find(b"zqabvexil")
        while at >= 0:
            file.seek(at + 3)
            file.write(b"x")
            at = data.find(b"zqabvexil", at + 1)
    control = "zqaxvexil" in run(plain, ["note", "n0"])[1]
    print(f"control (the same in an unencrypted store, which has no tags): another answer {control}")
    return silent == 0 and control


def words(_):
    def hits(folder):
        found = 0
        for base, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    data = file.read().lower()
                found += sum(word.encode() in data for word in WORDS)
        return found

    store, secrets = made("words", True)
    run(store, ["search", WORDS[3]], secrets)
    run(store, ["search", f'"{WORDS[4]} acute"'], secrets)
    run(store, ["query", "new", "e1"], secrets)
    run(store, ["note", "n3"], secrets)
    run(store, ["backup", os.path.join(HOME, "backup.db")], secrets)
    run(store, ["doctor", "--rebuild-index"], secrets)
    for after in (0.3, 0.6, 0.9, 1.2):
        killed(store, ["import", notes()], secrets, "ana", after)
        killed(store, ["doctor", "--rebuild-index"], secrets, "ana", after)
    found = hits(HOME)
    print(f"planted words {len(WORDS)}, in the files of store, backup, home, temporary folder: {found}")
    made("words-plain", False)
    control = hits(os.path.join(HOME, "words-plain"))
    print(f"control (an unencrypted store): {control}")
    clean = True
    if shutil.which("tmux") is None:
        print("skipped: tmux is not here, so nothing is known of its history and of cores")
    else:
        clean = in_history(store) and in_core(store)
    return found == 0 and control > 0 and clean


class Tmux:
    """A terminal of tmux with a shell in it, with or without a screen of its own for programs."""

    def __init__(self, alternate):
        conf = os.path.join(WORK, "tmux.conf")
        with open(conf, "w") as out:
            out.write(f"set -g history-limit 50000\nset -g alternate-screen {alternate}\nset -g default-command 'exec sh'\n")
        self.base = ["tmux", "-L", f"lacuna-{os.getpid()}", "-f", conf]
        self.call("new-session", "-d", "-x", "120", "-y", "30", "-c", HOME)
        time.sleep(0.5)

    def call(self, *args):
        return subprocess.run([*self.base, *args], capture_output=True, text=True, env={**ENV, "TERM": "xterm-256color"}).stdout

    def keys(self, *keys, wait=1.0):
        self.call("send-keys", *keys)
        time.sleep(wait)

    def hits(self):
        """Planted words on the screen and in everything that can be scrolled back to."""
        text = self.call("capture-pane", "-p", "-J", "-S", "-").lower()
        return sum(word in text for word in WORDS)

    def until(self, hits, most=30):
        end = time.time() + most
        while (self.hits() > 0) != hits and time.time() < end:
            time.sleep(0.3)
        return self.hits()

    def open(self, store):
        """Opens the first chart of a store in the interface, a note of it in view."""
        self.keys(f"'{PROGRAM}' --store '{store}' --as ana", "Enter", wait=2.0)
        self.keys(PASS, "Enter", wait=2.0)
        self.keys("Enter")
        self.keys("1")
        return self.until(True)

    def program(self):
        """The interface's process: the child of the pane's shell."""
        shell = self.call("display-message", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{shell}/task/{shell}/children") as file:
            return int(file.read().split()[0])

    def end(self):
        self.call("kill-server")


def in_history(store):
    good = True
    for alternate in ("on", "off"):
        tmux = Tmux(alternate)
        try:
            shown = tmux.open(store)
            tmux.keys("L")
            locked = tmux.until(False)
            tmux.keys(PASS, "Enter", wait=3.0)
            tmux.keys("Enter")
            again = tmux.until(True)
            tmux.keys("C-q", wait=2.0)
            left = tmux.until(False)
        finally:
            tmux.end()
        print(f"tmux, alternate-screen {alternate}: planted words in screen and history while a chart is open {shown} (the control: it has some), locked {locked}, opened again {again}, left {left}")
        good = good and shown > 0 and locked == 0 and left == 0
    return good


def in_core(store):
    """A segmentation fault with the limit on cores lifted from outside: a process that is not dumpable leaves none."""

    def cores():
        return [os.path.join(d, f) for d, _, names in os.walk(HOME) for f in names if f.startswith("core")]

    def falls(pid):
        resource.prlimit(pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        os.kill(pid, signal.SIGSEGV)
        time.sleep(2)
        return cores()

    with open("/proc/sys/kernel/core_pattern") as file:
        pattern = file.read().strip()
    if pattern.startswith(("|", "/")) or os.geteuid() != 0:
        print(f"skipped: cores go to {pattern} here, or their limit cannot be lifted")
        return True
    tmux = Tmux("on")
    try:
        shown = tmux.open(store)
        left = falls(tmux.program())
    finally:
        tmux.end()
    other = subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=HOME, env=ENV)
    control = falls(other.pid)
    other.wait()
    print(f"cores after a fault with {shown} planted words on the screen: {len(left)}; control (another program's): {len(control)}")
    return not left and len(control) == 1


soaking.main({"kills": kills, "rekey": rekey, "flips": flips, "words": words, "migrate": migrate, "encrypt": encrypt}, 100, __doc__, WORK)
