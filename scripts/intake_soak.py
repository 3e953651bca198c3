#!/usr/bin/env python3
"""The long form of intake's promises; needs only Python 3 and a built lacuna.

    scripts/intake_soak.py kills [N]        kill -9 at N points of mixed imports, resumed: the same final store by content hash
    scripts/intake_soak.py memory [GB]      an NDJSON export of that size, made from fixtures under new ids: peak memory and rate
    --control                               with `kills`: the resumption is left out; the run must then fail
    --lacuna PATH                           the program (default: target/release/lacuna)

Exit status 0 when all held, 1 when something was lost.
"""
import hashlib, json, os, random, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(program, store, *args):
    done = subprocess.run([program, "--store", store, *args], capture_output=True)
    if done.returncode not in (0, 1, 2):
        sys.exit(f"{args[0]} ended with {done.returncode}: {done.stderr.decode()[:300]}")
    return done.stdout


def begin(program, store):
    shutil.rmtree(store, ignore_errors=True)
    run(program, store, "init", "--no-encryption")


def content(program, store):
    """Everything that went in, without what tells when."""
    digest = hashlib.sha256(run(program, store, "export", "--all"))
    doctor = json.loads(run(program, store, "doctor", "--json"))
    kept = {key: doctor[key] for key in ("patients", "encounters", "documents", "observations", "indexed", "sound")}
    digest.update(json.dumps(kept, sort_keys=True).encode())
    return digest.hexdigest(), kept, json.loads(run(program, store, "audit", "verify", "--json"))["verdict"]


def mixed(folder):
    """Several formats at once: the repository's charts, messages, a table, and lines of notes so that there is time to be killed."""
    shutil.copytree(ROOT / "fixtures" / "charts", folder / "charts")
    with open(folder / "notes.jsonl", "w") as out:
        for i in range(4000):
            text = f"PLAN: day {i}. Continue furosemide for heart failure. Cr {1 + i % 3}.{i % 10}."
            out.write(json.dumps({"id": f"n{i}", "patient": f"p{i % 97}", "encounter": f"e{i % 291}", "text": text}) + "\n")
    with open(folder / "feed.hl7", "w", newline="") as out:
        for i in range(300):
            out.write(f"MSH|^~\\&|A|B|C|D|20260105||ADT^A01|c{i}|P|2.5\rPID|||{i}^^^SYN^MR||Probe^P{i}||1950|F\r")
            out.write(f"PV1||I|||||||||||||||||V{i}^^^SYN\rDG1|1||N17.9^AKI^I10\r")
    with open(folder / "labs.csv", "w") as out:
        out.write("subject_id,hadm_id,labevent_id,itemid,label,charttime,value,valueuom\n")
        for i in range(1000):
            out.write(f"s{i % 50},h{i % 50},{i},50912,creatinine,2026-01-0{1 + i % 9}T06:00,{1 + i % 4}.{i % 10},mg/dL\n")


def kills(program, count, control):
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        (place / "in").mkdir()
        mixed(place / "in")
        begin(program, place / "whole")
        start = time.monotonic()
        run(program, place / "whole", "import", str(place / "in"))
        whole = time.monotonic() - start
        expected = content(program, place / "whole")
        print(f"one import: {whole:.2f} s, {expected[1]}", flush=True)
        done = wrong = cut = stores = 0
        while done < count:
            store = place / "killed"
            begin(program, store)
            stores += 1
            # An import that ended before its kill would leave the control nothing to miss: there, one early kill a store.
            for _ in range(1 if control else min(5, count - done)):
                child = subprocess.Popen(
                    [program, "--store", store, "import", str(place / "in")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(whole * random.uniform(0.02, 0.3 if control else 0.95))
                child.send_signal(signal.SIGKILL)
                cut += child.wait() == -signal.SIGKILL
                done += 1
            if not control:
                run(program, store, "import", str(place / "in"))
            found = content(program, store)
            if found != expected:
                wrong += 1
                print(f"after {done} kills: {found[1:]} instead of {expected[1:]}", flush=True)
        print(f"{done} kills, {cut} before the end of the import, in {stores} stores; {wrong} differ from that of one import")
        return wrong == 0


def memory(program, gigabytes):
    """Everything of the synthetic charts again and again, each time under new ids."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        place = Path(place)
        resources = []
        for file in sorted((ROOT / "fixtures" / "charts").glob("*.json")):
            bundle = json.loads(file.read_text())
            if bundle.get("resourceType") == "Bundle":
                resources += [entry["resource"] for entry in bundle["entry"]]
        names = {resource["id"] for resource in resources if "id" in resource}
        # A record number names the person as well: under another id with the same number it would be the same patient.
        patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
        names |= {number["value"] for patient in patients for number in patient.get("identifier", [])}

        def renamed(value):
            if isinstance(value, dict):
                return {key: renamed(one) for key, one in value.items()}
            if isinstance(value, list):
                return [renamed(one) for one in value]
            if isinstance(value, str) and value.split("/")[-1].removeprefix("urn:uuid:") in names:
                return value + "@@"
            return value

        template = "\n".join(json.dumps(renamed(resource)) for resource in resources) + "\n"
        (place / "in").mkdir()
        size = copies = 0
        with open(place / "in" / "all.ndjson", "w") as out:
            while size < gigabytes * 1e9:
                text = template.replace("@@", f"-{copies}")
                out.write(text)
                size += len(text.encode())
                copies += 1
        begin(program, place / "store")
        start = time.monotonic()
        child = subprocess.Popen([program, "--store", place / "store", "import", place / "in", "--json"], stdout=subprocess.PIPE)
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        took = time.monotonic() - start
        report = json.loads(said)
        print(f"{size / 1e9:.2f} GB, {copies} copies of {len(resources)} resources: exit {os.waitstatus_to_exitcode(status)}, {report['documents']}")
        print(f"{report['encounters']} encounters, {report['observations']} observations, {report['other']} others, {len(report['rejects'])} rejects listed")
        print(f"peak memory {usage.ru_maxrss / 1024:.0f} MB; {took:.1f} s, {size / 1e6 / took:.1f} MB/s; processor {usage.ru_utime + usage.ru_stime:.1f} s")
        return usage.ru_maxrss / 1024 < 300 and report["documents"]["rejected"] == 0


def main():
    words = sys.argv[1:]
    program = str(ROOT / "target" / "release" / "lacuna")
    if "--lacuna" in words:
        at = words.index("--lacuna")
        program = words[at + 1]
        del words[at : at + 2]
    control = "--control" in words
    words = [word for word in words if word != "--control"]
    if words[:1] == ["kills"]:
        return kills(program, int(words[1]) if len(words) > 1 else 500, control)
    if words[:1] == ["memory"]:
        return memory(program, float(words[1]) if len(words) > 1 else 2.0)
    sys.exit(__doc__)


sys.exit(0 if main() else 1)
