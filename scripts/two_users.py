#!/usr/bin/env python3
"""Two accounts of one host on one store: in a folder that their group shares, and through a service account with a forced command.

  scripts/two_users.py

Makes accounts and a group of its own (lacuna-t-...), removes them at the end, and needs root for it; where it is not root it says so and
skips. Three parts: (1) a shared folder (2770, 0660): both write, a third account sees nothing, the chain holds, and neither opens the store
as the other; (2) a service account: the person's account cannot read the store's files at all, and what is typed after the forced command
cannot change who one is or which store it is; (3) every command in every role: it is done or refused as the table in src/keys/rights.rs
says. Controls: an account outside the group is tried on a folder that was opened by chmod; the check for a refusal is shown one that is
none. The program is $LACUNA, or target/release/lacuna, or target/debug/lacuna. Exit status 1: somebody could do what they may not.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
FOUND = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
ANA, BEN, EVE, SERVICE, GROUP = "lacuna-t-ana", "lacuna-t-ben", "lacuna-t-eve", "lacuna-t-svc", "lacuna-t-grp"
PASS = {name: f"four words of {name}" for name in (ANA, BEN, EVE, "ana", "ben")}
bad, done = [], {"checks": 0}


def check(what, holds):
    done["checks"] += 1
    if not holds:
        bad.append(what)
        print("NOT AS IT SHOULD BE:", what)


def as_user(user, line, feed=""):
    """A line of shell as another account, with nothing of ours in the environment."""
    run = subprocess.run(["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env", "sh", "-c", f"umask 022; cd /; {line}"], input=feed, capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def lacuna(user, store, words, secrets=(), who=None):
    locked = "--passphrase-fd 0" if secrets else ""
    return as_user(user, f"USER={user} {PROGRAM} --store {store} --as {who or user} {locked} {words}", "".join(s + "\n" for s in secrets))


def accounts():
    subprocess.run(["groupadd", GROUP], check=True)
    for name in (ANA, BEN, EVE, SERVICE):
        subprocess.run(["useradd", "--create-home", "--user-group", name], check=True)
    for name in (ANA, BEN):
        subprocess.run(["usermod", "-aG", GROUP, name], check=True)


def remove():
    for name in (ANA, BEN, EVE, SERVICE):
        subprocess.run(["userdel", "--remove", name], capture_output=True)
        subprocess.run(["groupdel", name], capture_output=True)
    subprocess.run(["groupdel", GROUP], capture_output=True)


def notes(folder):
    path = os.path.join(folder, "notes.jsonl")
    with open(path, "w") as out:
        for i in range(6):
            out.write(json.dumps({"id": f"n{i}", "text": f"ASSESSMENT: acute kidney injury {i}, heart failure.", "patient": f"p{i}", "encounter": f"e{i}"}) + "\n")
    os.chmod(path, 0o644)
    return path


def shared(folder):
    place, note = os.path.join(folder, "group"), notes(folder)
    os.makedirs(place)
    shutil.chown(place, ANA, GROUP)
    os.chmod(place, 0o2770)
    store = os.path.join(place, "store")
    code, _, err = lacuna(ANA, store, "init --shared", [PASS[ANA]])
    check(f"ana makes a shared store: {err}", code == 0)
    check("its folder is 2770 and the group's", os.stat(store).st_mode & 0o7777 == 0o2770)
    check("ana imports", lacuna(ANA, store, f"import {note}", [PASS[ANA]])[0] == 0)
    check("ana lets ben in", lacuna(ANA, store, f"user add {BEN} --role specialist", [PASS[ANA], PASS[BEN]])[0] == 0)
    for turn in range(10):
        user = (ANA, BEN)[turn % 2]
        code, out, err = lacuna(user, store, "--json search kidney", [PASS[user]])
        check(f"{user} searches ({turn}): {err}", code == 0 and json.loads(out)["total"] == 6)
        check(f"{user} writes ({turn})", lacuna(user, store, f"me --name 'Name {turn}'", [PASS[user]])[0] == 0)
        if turn == 4:
            check("ana's rebuild leaves ben an index", lacuna(ANA, store, "doctor --rebuild-index", [PASS[ANA]])[0] == 0)
    writers = [subprocess.Popen(["setpriv", "--reuid", u, "--regid", u, "--init-groups", "--reset-env", "sh", "-c",
                                 f"for i in 1 2 3 4 5 6 7 8; do echo '{PASS[u]}' | USER={u} {PROGRAM} --store {store} --as {u} --passphrase-fd 0 me --name \"N $i\" >/dev/null || exit 1; done"]) for u in (ANA, BEN)]
    check("both write at once", all(w.wait() == 0 for w in writers))
    code, out, _ = lacuna(ANA, store, "--json audit show", [PASS[ANA]])
    rows = [r for r in json.loads(out) if r["action"] == "profile.set"]
    check("every write of both is there", [sum(r["user"] == u for r in rows) for u in (ANA, BEN)] == [13, 13])
    check("the chain is whole", lacuna(ANA, store, "audit verify", [PASS[ANA]])[0] == 0)
    check("ben is not ana with his own passphrase", lacuna(BEN, store, "worklist", [PASS[BEN]], who=ANA)[0] not in (0, 1))
    check("ben does what a specialist may not", lacuna(BEN, store, f"import {note}", [PASS[BEN]])[0] == 3)
    wrong = [(p, oct(os.stat(p).st_mode)) for base, _, names in os.walk(store) for p in (os.path.join(base, n) for n in names) if os.stat(p).st_mode & 0o7777 != 0o660]
    check(f"every file is 0660: {wrong[:3]}", not wrong)
    check("eve of no group reads nothing", as_user(EVE, f"ls {store} || cat {store}/keys.json")[0] != 0 and lacuna(EVE, store, "worklist", [PASS[EVE]])[0] not in (0, 1))
    for path in (place, store):
        os.chmod(path, 0o2777)
    check("control: an opened folder is seen, and refused by the program", as_user(EVE, f"ls {store}")[0] == 0 and lacuna(ANA, store, "me", [PASS[ANA]])[0] == 3)


def service(folder):
    """The forced command, as sshd runs it: the service account's shell with the command of the key, what was typed in SSH_ORIGINAL_COMMAND."""
    home, note = f"/home/{SERVICE}", notes(folder)
    store = f"{home}/store"
    os.chmod(home, 0o700)
    check("the service account makes the store", lacuna(SERVICE, store, "init", [PASS["ana"]], who="ana")[0] == 0)
    check("and brings charts in", lacuna(SERVICE, store, f"import {note}", [PASS["ana"]], who="ana")[0] == 0)
    check("ben gets a slot", lacuna(SERVICE, store, "user add ben --role coder", [PASS["ana"], PASS["ben"]], who="ana")[0] == 0)

    def over(who, typed, secret):
        forced = f"set -f; exec {PROGRAM} --store {store} --as {who} $SSH_ORIGINAL_COMMAND"
        return as_user(SERVICE, f"SSH_ORIGINAL_COMMAND={typed!r} sh -c '{forced}'", secret + "\n")

    check("ana works over the forced command", over("ana", "--passphrase-fd 0 search kidney", PASS["ana"])[0] == 0)
    check("ben works over his", over("ben", "--passphrase-fd 0 search kidney", PASS["ben"])[0] == 0)
    check("ben may not import", over("ben", f"--passphrase-fd 0 import {note}", PASS["ben"])[0] == 3)
    for typed in ("--passphrase-fd 0 --as ana audit show", "worklist --passphrase-fd 0 --as ana", "worklist --passphrase-fd 0 --store=/tmp", "--as=ana --passphrase-fd 0 worklist", "--passphrase-fd 0 --store /tmp worklist"):
        check(f"ben types `{typed}`", over("ben", typed, PASS["ana"])[0] == 2)
    marks = os.path.join(folder, "made")
    for typed in (f"worklist; touch {marks}", f"$(touch {marks})", f"`touch {marks}`", f"worklist && touch {marks}", f"worklist | tee {marks}", f"worklist > {marks}"):
        over("ben", typed, PASS["ben"])
        check(f"a shell word runs nothing: {typed}", not os.path.exists(marks))
    for account in (ANA, BEN, EVE):
        tried = as_user(account, f"cat {store}/keys.json || cat {store}/lacuna.db || ls {store}")
        check(f"{account} reads no file of the service account", tried[0] != 0 and tried[1] == "")
    code, out, _ = over("ana", "--passphrase-fd 0 --json audit show", PASS["ana"])
    check("the log tells ana and ben apart", code == 0 and {r["user"] for r in json.loads(out)} == {"ana", "ben"})
    check("sshd itself: " + sshd(folder, store), True)


def sshd(folder, store):
    """The same through a real sshd on a port of this host, where there is one."""
    daemon = shutil.which("sshd") or "/usr/sbin/sshd"
    if not os.path.exists(daemon) or not shutil.which("ssh"):
        return "skipped, there is no sshd here"
    key, host, port = os.path.join(folder, "key"), os.path.join(folder, "host"), 42022
    for path in (key, host):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    ssh = f"/home/{SERVICE}/.ssh"
    os.makedirs(ssh, mode=0o700, exist_ok=True)
    with open(f"{ssh}/authorized_keys", "w") as out:
        out.write(f'restrict,command="set -f; exec {PROGRAM} --store {store} --as ben $SSH_ORIGINAL_COMMAND" {open(key + ".pub").read()}')
    subprocess.run(["chown", "-R", f"{SERVICE}:{SERVICE}", ssh], check=True)
    subprocess.run(["usermod", "-p", "*", "-s", "/bin/sh", SERVICE], check=True)
    os.makedirs("/run/sshd", exist_ok=True)
    server = subprocess.Popen([daemon, "-D", "-e", "-f", "/dev/null", "-p", str(port), "-h", host, "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none", "-o", "UsePAM=no"], stderr=subprocess.DEVNULL)
    try:
        go = ["ssh", "-i", key, "-p", str(port), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectionAttempts=5", "-o", "LogLevel=ERROR", f"{SERVICE}@127.0.0.1"]
        found = subprocess.run([*go, "--passphrase-fd 0 --json search kidney"], input=PASS["ben"] + "\n", capture_output=True, text=True, timeout=60)
        check("ben searches over ssh: " + found.stderr[:100], found.returncode == 0 and json.loads(found.stdout)["total"] == 6)
        other = subprocess.run([*go, "--passphrase-fd 0 --as ana worklist"], input=PASS["ana"] + "\n", capture_output=True, text=True, timeout=60)
        check("over ssh ben is nobody else", other.returncode == 2)
        return "ben came in over ssh with his key, and as nobody else"
    finally:
        server.terminate()


def table():
    """Acts, their rights, and what each role has, read from the program's own source."""
    text = open(os.path.join(ROOT, "src", "keys", "rights.rs")).read()
    rights = {}
    for role, list_ in re.findall(r"Role::(\w+) => &\[([^\]]*)\]", text):
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", role).lower()
        rights[name] = set(list_.replace(" ", "").split(","))
    return rights


# Every command that opens a store, and the right that the table asks for it; a command without one needs none.
COMMANDS = [
    ("import {note}", "Bring"), ("import --dry-run {note}", None), ("import report", "Bring"), ("import report 1", "Bring"), ("import doubles", "Bring"), ("import merge p1 p2", "Bring"), ("import undo 99", "Bring"),
    ("export e1", "Export"), ("export --all --form csv", "Export"), ("export --all --gaps", "Export"), ("export --all --findings", "Export"), ("export e1 --deidentify", "Export"),
    ("search kidney", "Charts"), ("gaps --all", "Charts"), ("gaps --all --history", "Charts"), ("explain e1 N01-undocumented", "Charts"), ("worklist", "Charts"), ("chart e1", "Charts"), ("note n1", "Charts"),
    ("review e1 --next 2", "Charts"), ("dismiss e1 {gap} --reason other", "Review"), ("query new e1", "Ask"), ("query edit 1 --note x", "Ask"), ("query lint 1", "Queries"), ("query show 1", "Queries"), ("query list", "Queries"),
    ("query ready 1", "Ask"), ("query send 1", "Ask"), ("query contact 1 --channel telephone", "Follow"), ("query answer 1 --text x", "Follow"), ("query close 1 --outcome agreed", "Follow"),
    ("query withdraw 1 --reason words", "Follow"), ("query escalate 1 --to advisor", "Follow"), ("query delivered 1", "Follow"), ("query export --all", "Export"), ("report queries", "Figures"), ("checklist precision", "Figures"),
    ("checklist approve N01-undocumented --by committee", "Approve"), ("audit show", "Log"), ("audit export", "Log"), ("audit verify", "Log"), ("audit anchor", "Log"), ("audit accept --reason words", "Log"),
    ("me --name x", "Own"), ("user list", "People"), ("user add zoe --role coder", "People"), ("user role ben coder", "People"), ("user remove zoe", "People"), ("passphrase --new-recovery-code", "People"),
    ("backup {copy}", "Keep"), ("doctor", "Keep"), ("doctor --rebuild-index", "Keep"),
]
# What stands in the way of an act that the role may do: the query is in another state, the run is not there.
REFUSED = "your role does not allow this"


def matrix(folder):
    rights, note = table(), notes(folder)
    check("the table was read", len(rights) == 6 and "People" in rights["administrator"])
    store = f"/home/{SERVICE}/roles"
    lacuna(SERVICE, store, "init", [PASS["ana"]], who="ana")
    lacuna(SERVICE, store, f"import {note}", [PASS["ana"]], who="ana")
    made = lacuna(SERVICE, store, "--json query new e1", [PASS["ana"]], who="ana")
    check("there is a query", made[0] == 0)
    chart = json.loads(lacuna(SERVICE, store, "--json chart e1", [PASS["ana"]], who="ana")[1])
    gap = chart["gaps"][0]["key"] if chart["gaps"] else "none"
    for role in rights:
        lacuna(SERVICE, store, f"user add {role} --role {role}", [PASS["ana"], PASS["ben"]], who="ana")
    keep, cells = store + ".good", 0
    subprocess.run(["cp", "-a", store, keep], check=True)
    for role, has in rights.items():
        for command, right in COMMANDS:
            shutil.rmtree(store)
            subprocess.run(["cp", "-a", keep, store], check=True)
            copy = f"/home/{SERVICE}/copy.db"
            for end in ("", ".keys.json"):
                if os.path.exists(copy + end):
                    os.remove(copy + end)
            words = command.format(note=note, gap=repr(gap), copy=copy)
            code, out, err = lacuna(SERVICE, store, words, [PASS["ben"], PASS["ben"]], who=role)
            refused = code == 3 and REFUSED in err
            may = right is None or right in has
            cells += 1
            check(f"{role}: `{command}` ends with {code}: {err[:120]}", refused != may and "panicked" not in err and (not refused or not out))
    done["cells"] = cells
    check("control: a refusal is told from another ending", not (REFUSED in lacuna(SERVICE, store, "note nothing", [PASS["ana"]], who="ana")[2]))


def main():
    global PROGRAM
    if os.geteuid() != 0 or not all(shutil.which(p) for p in ("useradd", "setpriv")):
        print("skipped: this needs root, useradd and setpriv")
        return True
    folder = tempfile.mkdtemp(prefix="lacuna-users-")
    os.chmod(folder, 0o755)
    PROGRAM = os.path.join(folder, "lacuna")
    shutil.copy(FOUND, PROGRAM)
    os.chmod(PROGRAM, 0o755)
    remove()
    try:
        accounts()
        for part in (shared, service, matrix):
            before = done["checks"]
            part(folder)
            print(f"{part.__name__}: {done['checks'] - before} checks")
    finally:
        remove()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"checks {done['checks']}, of them {done.get('cells', 0)} of {len(COMMANDS)} commands in six roles; not as they should be {len(bad)}")
    return not bad


raise SystemExit(0 if main() else 1)
