#!/usr/bin/env python3
"""SIGKILL at named steps: just before a call that writes, syncs, renames or removes a file, the program is gone. In a temporary folder, synthetic.

  scripts/soak_steps.py kills 200   so many kills over all steps of the table below: whole before or whole after, nothing acknowledged lost

A step is a call of a command on a file. Each command runs once under strace to see which calls it makes; then it is killed at them, spread
evenly, and the trace of each kill says which step it really was. Ends with the figures of each step, and with two controls that must fail: an
acknowledged act that is taken away, and a step that is in no trace. The program is $LACUNA, or target/release/lacuna, or target/debug/lacuna.
Needs strace. Exit status 1: something was lost or half, a step was never hit, or a control was not found.
"""
import collections
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import soaking

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
PROGRAM = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
WORK = tempfile.mkdtemp(prefix="lacuna-steps-")
HOME, STORE, COPY, LOG = (os.path.join(WORK, name) for name in ("home", "store", "copy.db", "trace"))
os.makedirs(HOME)
ENV = {"HOME": HOME, "USER": "ana", "TMPDIR": WORK, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
ANA, OTHER, BEN = "four words of ana", "other words of ana", "four words of ben"
CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,rename,unlink"
# A draft is saved within a second of the key; a traced program on a busy host is slower than that.
DRAFT = 3.0


def words(store, args, secrets=(), user="ana"):
    locked = ["--passphrase-fd", "0"] if secrets else []
    return [PROGRAM, "--store", store, "--as", user, *locked, *args]


def run(store, args, secrets=(), user="ana", trace=()):
    lines = "".join(s + "\n" for s in secrets)
    done = subprocess.run([*trace, *words(store, args, secrets, user)], input=lines, capture_output=True, text=True, env=ENV)
    if "panicked" in done.stderr or done.returncode in (101, 134):
        raise SystemExit(f"PANIC: {args}: {done.stderr[:500]}")
    return done.returncode, done.stdout, done.stderr


def ok(store, args, secrets=(), user="ana"):
    code, out, err = run(store, args, secrets, user)
    assert code in (0, 1), (args, code, err)
    return out


def value(store, args, secrets=()):
    code, out, err = run(store, ["--json", *args], secrets)
    return json.loads(out) if out.startswith(("{", "[")) else {"exit": code, "err": err[:300]}


def rows(store, secrets=()):
    log = value(store, ["audit", "show"], secrets)
    return [r for r in log if r["outcome"] == "ok"] if isinstance(log, list) else []


def sound(store, secrets=()):
    """What is wrong with a store, in words; nothing where all is well."""
    doctor = value(store, ["doctor"], secrets)
    if not doctor.get("sound"):
        return f"not sound: {doctor}"
    verdict = value(store, ["audit", "verify"], secrets).get("verdict")
    return None if verdict == "intact" else f"the log is {verdict}"


class Flow:
    """A command that is killed: where it begins, what it is, how its end is judged."""

    def __init__(self, name, base, args, secrets, judge):
        self.name, self.base, self.args, self.secrets, self.judge = name, base, args, secrets, judge

    def fresh(self):
        shutil.rmtree(STORE, ignore_errors=True)
        shutil.copytree(self.base, STORE)
        soaking.forget(HOME)
        for end in ("", "-journal", "-wal", ".keys.json"):
            if os.path.exists(COPY + end):
                os.remove(COPY + end)

    def traced(self, inject=()):
        trace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", LOG, "-e", f"trace={CALLS}", *inject]
        if self.name == "compose":
            return compose(trace)
        return run(STORE, self.args, self.secrets, trace=trace)[0]


def calls():
    """The calls of the last trace: thread, call, how manieth of its kind in its thread, file, whether it was cut off."""
    seen, out = collections.Counter(), []
    for line in open(LOG, errors="replace"):
        m = re.match(r"(\d+)\s+(\w+)\((.*)$", line)
        if not m:
            continue
        thread, call, rest = m.groups()
        seen[thread, call] += 1
        named = re.findall(r'<([^>]*)>|"([^"]*)"', rest)
        path = " ".join(a or b for a, b in named)
        out.append((thread, call, seen[thread, call], path, rest.rstrip().endswith("= ?")))
    return out


WAL = r"lacuna\.db-wal"
# Step, command, calls, file.
STEPS = [
    ("draft autosaved", "compose", "pwrite64|fdatasync", WAL),
    ("query sent", "send", "pwrite64|fdatasync", WAL),
    ("audit row", "me", "pwrite64|fdatasync", WAL),
    ("head of the log", "me", "write|rename", r"audit\.head"),
    ("notes taken in", "import", "pwrite64|fdatasync", WAL),
    ("index commit", "search", "write|fsync|fdatasync|rename", r"/index/"),
    ("key file written", "passphrase", "write|fsync", r"keys\.json\.\d+"),
    ("key file renamed", "passphrase", "rename", r"keys\.json"),
    ("waiting keys", "remove", "write|fsync|rename", r"keys\.next\.json\.\d+"),
    ("pages under a new key", "remove", "pwrite64|fsync|fdatasync|unlink|ftruncate", r"lacuna\.db(-journal)?$"),
    ("waiting keys in force", "remove", "rename", r"keys\.next\.json \S*keys\.json$"),
    ("copy before a migration", "migrate", "pwrite64|fsync|fdatasync|rename", r"before-schema"),
    ("migration", "migrate", "pwrite64|fdatasync", WAL),
    ("backup", "backup", "pwrite64|write|fsync|fdatasync|unlink", r"copy\.db"),
    ("encrypted copy", "encrypt", "pwrite64|fsync|fdatasync", r"lacuna\.encrypting\.db"),
    ("encrypted store in its place", "encrypt", "rename|fsync", r"lacuna\.encrypting\.db \S*lacuna\.db|keys\.next\.json \S*keys\.json"),
]


def step_of(flow, call, path):
    return next((step for step, of, kinds, file in STEPS if of == flow and re.fullmatch(kinds, call) and re.search(file, path)), None)


def settle(fd, quiet=0.4, most=20):
    until = time.time() + most
    while time.time() < until and select.select([fd], [], [], quiet)[0]:
        try:
            if not os.read(fd, 65536):
                return
        except OSError:
            return


TYPED = []


def compose(trace):
    """A query is typed in the interface until it is killed, or for five seconds; what was typed when is in TYPED."""
    TYPED.clear()
    command = [*trace, *words(STORE, [])]
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, ENV)
    settle(fd, 2.0)
    for keys in ("/rivera\r", "\r", "3", "w", "\t"):
        os.write(fd, keys.encode())
        settle(fd, 0.6)
    until = time.time() + 5
    while time.time() < until:
        word = f"w{len(TYPED)}x"
        try:
            os.write(fd, (word + " ").encode())
        except OSError:
            break
        TYPED.append((word, time.time()))
        settle(fd, 0.1, 0.3)
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            os.close(fd)
            return -signal.SIGKILL
    os.kill(pid, signal.SIGTERM)  # strace hands it on
    settle(fd, 1.0, 5)
    os.close(fd)
    os.waitpid(pid, 0)
    return 0


def notes(name, count):
    path = os.path.join(WORK, name)
    with open(path, "w") as out:
        for i in range(count):
            out.write(json.dumps({"id": f"{name}{i}", "text": f"ASSESSMENT: acute kidney injury {i}. PLAN: fluids.", "patient": f"p{i % 5}", "encounter": f"e{i % 5}"}) + "\n")
    return path


def bases():
    """The stores that the flows begin with."""
    locked, plain, old = (os.path.join(WORK, name) for name in ("locked", "plain", "old"))
    charts = os.path.join(ROOT, "fixtures", "charts", "rivera-marta.json")
    ok(locked, ["init"], [ANA])
    ok(locked, ["import", charts, notes("first", 40)], [ANA])
    ok(locked, ["user", "add", "ben", "--role", "coder"], [ANA, BEN])
    ok(locked, ["search", "kidney"], [ANA])
    ok(plain, ["init", "--no-encryption"])
    ok(plain, ["import", charts, notes("first", 40)])
    ok(plain, ["search", "kidney"])
    ok(plain, ["gaps", "--all"])
    os.makedirs(old)
    shutil.copy(os.path.join(ROOT, "fixtures", "stores", "schema-1.db"), os.path.join(old, "lacuna.db"))
    return locked, plain, old


def count(store, action, secrets):
    return sum(r["action"] == action for r in rows(store, secrets))


def flows():
    locked, plain, old = bases()
    waiting, unindexed = os.path.join(WORK, "waiting"), os.path.join(WORK, "unindexed")
    # A query that can be sent, and notes that no index has.
    shutil.copytree(plain, waiting)
    ok(waiting, ["me", "--name", "Ana Lind, RN, CCDS", "--contact", "5512"])
    number = str(value(waiting, ["query", "new", "88120", "--gap", "N01-undocumented"])["row"]["id"])
    ok(waiting, ["query", "ready", number])
    shutil.copytree(locked, unindexed)
    shutil.rmtree(os.path.join(unindexed, "index"), ignore_errors=True)
    more = notes("more", 30)

    def once(action, secrets, base):
        before = count(base, action, secrets)

        def judge(code):
            there = count(STORE, action, secrets)
            if there not in (before, before + 1) or (code == 0 and there != before + 1):
                return f"{action}: {before} before, {there} after, exit {code}"
            return sound(STORE, secrets)

        return judge

    def composed(_):
        ids = value(STORE, ["query", "list"])
        body = value(STORE, ["query", "show", str(ids[0]["id"])])["draft"]["body"] if ids else ""
        died = TYPED[-1][1] if TYPED else 0
        late = [died - when for word, when in TYPED if word not in body]
        return f"the draft lacks {max(late):.1f} s" if late and max(late) > DRAFT else sound(STORE)

    def searched(code):
        total = value(STORE, ["search", "kidney"], [ANA]).get("total")
        return sound(STORE, [ANA]) if total == expected else f"{total} hits of {expected}"

    def changed(_):
        opened = [run(STORE, ["me"], [secret])[0] == 0 for secret in (ANA, OTHER)]
        return sound(STORE, [ANA if opened[0] else OTHER]) if opened.count(True) == 1 else f"opened by the old and the new passphrase: {opened}"

    def removed(_):
        return sound(STORE, [ANA])

    def migrated(_):
        wrong = sound_old()
        copies = [f for f in os.listdir(STORE) if f.startswith("before-") and f.endswith(".db")]
        for name in copies:
            with sqlite3.connect(os.path.join(STORE, name)) as db:
                if db.execute("SELECT count(*) FROM document").fetchone()[0] != 3:
                    wrong = wrong or f"{name} is not whole"
        return wrong or (None if copies else "no copy of before")

    def sound_old():
        doctor = value(STORE, ["doctor"])
        return None if doctor.get("sound") and doctor.get("documents") == 2 else f"{doctor}"

    def copied(code):
        fresh = os.path.join(WORK, "fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        wrong = sound(STORE, [ANA])
        back = run(fresh, ["restore", COPY], [ANA])[0]
        if code == 0 and back != 0:
            return f"a backup that ended is not taken back: {back}"
        if back == 0 and value(fresh, ["doctor"], [ANA]).get("documents") != documents:
            return "half a backup was taken back as a whole one"
        return wrong

    def encrypted(_):
        with open(os.path.join(STORE, "lacuna.db"), "rb") as file:
            secrets = [] if file.read(15) == b"SQLite format 3" else [ANA]
        return sound(STORE, secrets)

    expected = value(locked, ["search", "kidney"], [ANA])["total"]
    documents = value(locked, ["doctor"], [ANA])["documents"]
    return [
        Flow("compose", plain, [], (), composed),
        Flow("send", waiting, ["query", "send", number], (), once("query.send", (), waiting)),
        Flow("me", locked, ["me", "--name", "Somebody, RN"], [ANA], once("profile.set", [ANA], locked)),
        Flow("import", locked, ["import", more], [ANA], once("import.end", [ANA], locked)),
        Flow("search", unindexed, ["search", "kidney"], [ANA], searched),
        Flow("passphrase", locked, ["passphrase"], [ANA, OTHER], changed),
        Flow("remove", locked, ["user", "remove", "ben"], [ANA], removed),
        Flow("migrate", old, ["me"], (), migrated),
        Flow("backup", locked, ["backup", COPY], [ANA], copied),
        Flow("encrypt", plain, ["encrypt"], [ANA], encrypted),
    ]


def spread(points, most):
    """So many of them, the first and the last among them."""
    if len(points) <= most:
        return points
    return [points[round(i * (len(points) - 1) / max(1, most - 1))] for i in range(most)]


def kills(total):
    all_flows, hit, bad, missed = flows(), collections.Counter(), [], 0
    share = max(1, -(-total // len(STEPS)))
    for flow in all_flows:
        flow.fresh()
        code = flow.traced()
        assert code in (0, 1), (flow.name, code)
        whole = calls()
        for step, of, kinds, file in STEPS:
            points = [(call, nth) for _, call, nth, path, _ in whole if of == flow.name and re.fullmatch(kinds, call) and re.search(file, path)]
            for call, nth in spread(sorted(set(points), key=points.index), share):
                flow.fresh()
                code = flow.traced(["-e", f"inject={call}:signal=SIGKILL:when={nth}"])
                last = next((c for c in reversed(calls()) if c[4]), None)
                died = step_of(flow.name, last[1], last[3]) if last else None
                hit[died or "elsewhere"] += 1
                missed += last is None
                wrong = flow.judge(code)
                if wrong:
                    bad.append((flow.name, step, call, nth, last and last[3], wrong))
                    print("BAD:", bad[-1], flush=True)
    never = [step for step, *_ in STEPS if not hit[step]]
    print(f"kills {sum(hit.values()) - missed} at named steps: {dict(hit)}; ended before the call {missed}; lost or half {len(bad)}; steps never hit {never}")
    # An acknowledged act that is not there is what the judge of a flow looks for; a step that no trace has is never hit.
    me = next(flow for flow in all_flows if flow.name == "me")
    me.fresh()
    taken = me.judge(0)
    absent = step_of("me", "rename", "/nowhere/no.such.file")
    control = taken is not None and absent is None
    print(f"control (an act that was acknowledged and taken away): {'found' if control else 'NOT FOUND'}: {taken}")
    return not bad and not never and control


soaking.main({"kills": kills}, 200, __doc__, WORK)
