#!/usr/bin/env python3
"""Hostile texts in every field, through every command of the real program: nothing reaches a terminal but what is ours, nothing is lost.

  scripts/hostile.py 900        so many texts (scripts/hostile_texts.py) in charts, files, a site's checklist and template, queries, names
  scripts/hostile.py 20 small   the same with few

What is checked, with rules of its own and not the program's: standard output and error are UTF-8 and hold no control character but line
ends and nothing that is drawn as nothing; with --json the words come back exactly as they went in; in plain output that promises the whole
of a text, every letter, digit and sign of it stands there in order; the stored bytes are those that came. A sample runs in a real
pseudo-terminal. Every command of the program must be reached, plain and with --json. The control: the same check on output that lets one
byte through, and on one that lost a letter. The program is $LACUNA, or target/release/lacuna, or target/debug/lacuna. Exit status 1:
something got through or was lost, a command was not reached, or a control was not found.
"""
import base64
import collections
import concurrent.futures
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata

import hostile_texts

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = [os.path.join(ROOT, "target", kind, "lacuna") for kind in ("release", "debug")]
PROGRAM = os.environ.get("LACUNA") or next((p for p in BUILT if os.path.exists(p)), "lacuna")
WORK = tempfile.mkdtemp(prefix="lacuna-hostile-")
STORE = os.path.join(WORK, "store")
ENV = {"HOME": WORK, "USER": "ana", "TMPDIR": WORK, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
JOINER, EMOJI = "\u200d", "\ufe0e\ufe0f"
HIDDEN = {chr(n) for row in ([0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0], range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x2028, 0x202F),
          range(0x2060, 0x2070), range(0xFFF0, 0xFFFC), range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)) for n in row} - {JOINER}
figures, problems, reached = collections.Counter(), [], {"plain": set(), "json": set()}


CONTROLS = [chr(n) for n in range(0xA0) if unicodedata.category(chr(n)) == "Cc" and n != 10]
BAD = {ord(c) for c in HIDDEN} | {ord(c) for c in CONTROLS}
FOREIGN = re.compile("[" + "".join(f"{re.escape(chr(a))}-{re.escape(chr(next(b for b in range(a, a + 5000) if b + 1 not in BAD)))}" for a in sorted(BAD) if a - 1 not in BAD) + "]")


def foreign(text):
    """The first character that must not reach a terminal."""
    found = FOREIGN.search(text)
    return found and found[0]


def visible(text):
    """Letters, digits and signs, as they are counted: marks of ours become what they stand for."""
    text = re.sub("\u27e8U\\+([0-9A-F]{4,6})\u27e9", lambda m: chr(int(m[1], 16)), text)
    return "".join(c for c in text if unicodedata.category(c)[0] in "LNPS" and c not in HIDDEN and not "\u2400" <= c <= "\u2421")


def problem(kind, args, what):
    figures[kind] += 1
    if len(problems) < 60:
        problems.append(f"{kind}: {' '.join(map(ascii, args))[:160]}: {what}")


def judge(args, out, err, whole=(), exact=()):
    """Output of one command against the rules; `whole` are texts that plain output shows whole, `exact` those that JSON gives back."""
    figures["runs"] += 1
    for name, raw in (("stdout", out), ("stderr", err)):
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            problem("FOREIGN", args, f"{name} is not UTF-8: {raw[error.start - 10:error.start + 10]!r}")
            continue
        figures["characters"] += len(text)
        if (bad := foreign(text)) is not None:
            at = text.index(bad)
            problem("FOREIGN", args, f"{name} holds U+{ord(bad):04X}: {ascii(text[max(0, at - 30):at + 20])}")
        if "panicked" in text or "Drafts are saved up to the last second" in text:
            problem("PANIC", args, text[:200])
    shown = out.decode(errors="replace")
    if "--json" in args and exact:
        values = set()
        def walk(value):
            if isinstance(value, dict):
                [walk(v) for v in value.values()]
            elif isinstance(value, list):
                [walk(v) for v in value]
            elif isinstance(value, str):
                values.add(value)
        try:
            [walk(json.loads(line)) for line in shown.splitlines()]
        except ValueError:
            problem("NO JSON", args, shown[:100])
        for text in exact:
            figures["exact"] += 1
            if not any(text in value for value in values):
                problem("CHANGED", args, ascii(text[:80]))
    elif "--json" not in args:
        letters = visible(shown) if whole else ""
        for text in whole:
            figures["whole"] += 1
            if visible(text) not in letters:
                problem("LOST", args, ascii(text[:120]))


def leaf(args):
    """The command behind the options, `query new` as one."""
    words = [a for a in args if isinstance(a, str)]
    for at, word in enumerate(words):
        if word in COMMANDS:
            two = f"{word} {words[at + 1]}" if at + 1 < len(words) else word
            return two if two in LEAVES else word
    return ""


def run(args, whole=(), exact=(), feed=b"", store=STORE):
    done = subprocess.run([PROGRAM, "--store", store, *args], input=feed, capture_output=True, env=ENV)
    reached["json" if "--json" in args else "plain"].add(leaf(args))
    if "export" in args and done.returncode == 0:
        # A table goes into a file byte for byte, because it is read again; what a terminal gets of it is what counts here.
        on_terminal(args)
        judge(args, b"", done.stderr)
        return done
    judge(args, done.stdout, done.stderr, whole, exact)
    return done


def both(args, whole=(), exact=(), feed=b""):
    run(args, whole, (), feed)
    return run(["--json", *args], (), exact, feed)


def on_terminal(args):
    """The same where output is a terminal: what it sends there."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(PROGRAM, [PROGRAM, "--store", STORE, *args], {**ENV, "COLUMNS": "80"})
    parts = []
    try:
        while part := os.read(fd, 65536):
            parts.append(part)
    except OSError:
        pass
    seen = b"".join(parts)
    os.waitpid(pid, 0)
    os.close(fd)
    figures["on a terminal"] += 1
    judge(args, seen.replace(b"\r\n", b"\n"), b"")


def known_commands():
    def subs(args):
        text = subprocess.run([PROGRAM, *args, "--help"], capture_output=True, text=True, env=ENV).stdout
        part = text.split("Commands:\n", 1)[1].split("\n\n", 1)[0] if "Commands:\n" in text else ""
        return [m[1] for line in part.splitlines() if (m := re.match(r"  ([a-z-]+)(?:  |$)", line)) and m[1] != "help"]
    leaves = {}
    for name in subs([]):
        below = subs([name])
        leaves[name] = below
    return leaves


def literal(row):
    """The text as it stands in a JSON string."""
    return row["json"] if "json" in row else json.dumps(row["text"])[1:-1]


def words_of(row):
    """What the program must give back; nothing where the input is no text."""
    return row.get("text")


def bundle(row):
    """One patient with the text in every field that a sender fills."""
    n, mark = row["n"], "@@T@@"
    concept = lambda: {"text": mark, "coding": [{"system": "urn:x", "code": mark, "display": mark}]}
    subject, encounter = {"reference": f"Patient/p{n}"}, {"reference": f"Encounter/e{n}"}
    raw = bytes.fromhex(row["bytes"]) if "bytes" in row else row["text"].encode() if "text" in row else b"plain"
    note = b"ASSESSMENT AND PLAN:\n1. Elevated creatinine.\n2. " + raw + b"\n"
    value = lambda i, at, v: {"resourceType": "Observation", "id": f"o{n}-{i}", "status": "final", "subject": subject, "encounter": encounter, "code": {"text": "Creatinine"},
                              "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": at, "valueQuantity": {"value": v, "unit": "mg/dL"}}
    own = {"resourceType": "Observation", "id": f"o{n}-own", "status": "final", "subject": subject, "encounter": encounter, "code": concept(), "category": [{"coding": [{"code": "laboratory"}]}],
           "effectiveDateTime": "2026-11-18T05:00:00-05:00", "interpretation": [{"text": mark}], "referenceRange": [{"text": mark}], "valueString": mark}
    unit = {**own, "id": f"o{n}-unit", "valueQuantity": {"value": 4.2, "unit": mark}}
    unit.pop("valueString")
    resources = [
        {"resourceType": "Patient", "id": f"p{n}", "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": mark}], "name": [{"family": mark, "given": [mark]}], "birthDate": "1954-03-09"},
        {"resourceType": "Practitioner", "id": f"d{n}", "name": [{"text": mark, "family": mark}], "qualification": [{"code": {"text": mark}}]},
        {"resourceType": "Encounter", "id": f"e{n}", "identifier": [{"value": f"acc{n}"}], "status": "in-progress", "class": {"code": "IMP"}, "serviceType": {"text": mark}, "subject": subject,
         "participant": [{"type": [{"coding": [{"code": "ATND"}]}], "individual": {"reference": f"Practitioner/d{n}", "display": mark}}], "reasonCode": [{"text": mark}],
         "location": [{"location": {"display": mark}}], "period": {"start": "2026-11-17T14:05:00-05:00"}},
        value(1, "2026-11-17T14:30:00-05:00", 1.0), value(2, "2026-11-19T05:10:00-05:00", 2.4), own, unit,
        {"resourceType": "MedicationRequest", "id": f"m{n}", "status": "active", "intent": "order", "subject": subject, "encounter": encounter, "medicationCodeableConcept": concept(),
         "authoredOn": "2026-11-17T15:45:00-05:00", "dosageInstruction": [{"text": mark, "route": {"text": mark}}]},
        {"resourceType": "ServiceRequest", "id": f"s{n}", "status": "active", "intent": "order", "subject": subject, "encounter": encounter, "code": concept(), "authoredOn": "2026-11-17T15:45:00-05:00"},
        {"resourceType": "Procedure", "id": f"r{n}", "status": "completed", "subject": subject, "encounter": encounter, "code": concept(), "performedDateTime": "2026-11-18T10:00:00-05:00"},
        {"resourceType": "Condition", "id": f"c{n}", "subject": subject, "encounter": encounter, "code": concept(), "recordedDate": "2026-11-17T15:45:00-05:00"},
        {"resourceType": "DocumentReference", "id": f"n{n}", "status": "current", "docStatus": "final", "type": {"text": mark}, "subject": subject, "context": {"encounter": [encounter]},
         "date": "2026-11-18T07:20:00-05:00", "author": [{"reference": f"Practitioner/d{n}", "display": mark}], "authenticator": {"display": mark}, "description": mark,
         "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "title": mark, "data": base64.b64encode(note).decode()}}]},
    ]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]})
    # The longest are whole in the note, and shorter in the forty fields around it.
    fill = "plain" if "bytes" in row else literal({"text": row["text"][:200]}) if "text" in row else literal(row)
    return text.replace(mark, fill)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 900
    rows = list(hostile_texts.texts(max(count, 900), int(os.environ.get("SEED", "7"))))
    if count < 900:
        step = len(rows) / count
        rows = [rows[int(i * step)] for i in range(count)]
    global LEAVES, COMMANDS
    COMMANDS = known_commands()
    LEAVES = {f"{name} {sub}" for name, subs in COMMANDS.items() for sub in subs} | {name for name, subs in COMMANDS.items() if not subs} | {"import"}
    both(["init", "--no-encryption"])
    for part in (charts, files, site, queries, named, people, upkeep):
        begun = time.time()
        part(rows)
        print(f"{part.__name__}: {figures['runs']} runs, {time.time() - begun:.0f} s", file=sys.stderr, flush=True)
    for args in (["worklist"], ["chart", "acc" + str(rows[0]["n"])], ["audit", "show"], ["search", "creatinine"], ["query", "list"], ["--json", "worklist"], ["frobnicate", rows[40 % len(rows)].get("text", "x").replace("\0", "")]):
        on_terminal(args)
    missing = {form: sorted(LEAVES - reached[form] - {"demo", "man", "completions"}) for form in reached}
    # The controls: a byte that gets through, a letter that is gone.
    before = len(problems), figures["FOREIGN"], figures["LOST"]
    judge(["control"], b"zq \x1b[4242m ok\n", b"")
    judge(["control"], "a \u202e b\n".encode(), b"")
    judge(["control"], b"zq0001a befor zq0001z\n", b"", whole=["zq0001a before zq0001z"])
    control = (figures["FOREIGN"] - before[1], figures["LOST"] - before[2])
    figures["FOREIGN"], figures["LOST"] = before[1], before[2]
    figures["runs"] -= 3
    del problems[before[0]:]
    print("\n".join(problems))
    bad = {kind: figures[kind] for kind in ("FOREIGN", "LOST", "CHANGED", "PANIC", "NO JSON")}
    print(f"texts {len(rows)}, runs {figures['runs']} ({figures['on a terminal']} on a terminal), characters of output {figures['characters']}")
    print(f"looked for whole {figures['whole']}, for exactly the same with --json {figures['exact']}; {bad}")
    print(f"commands reached {len(LEAVES & reached['plain'])} plain, {len(LEAVES & reached['json'])} with --json; not reached: {missing}")
    print(f"control (two bytes let through, one letter dropped): {control[0]} and {control[1]} found")
    return not any(bad.values()) and not any(missing.values()) and control == (2, 1)


def pool(work, rows):
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        list(threads.map(work, rows))


def charts(rows):
    folder = os.path.join(WORK, "bundles")
    os.makedirs(folder)
    for row in rows:
        with open(os.path.join(folder, f"b{row['n']:05}.json"), "w") as out:
            out.write(bundle(row))
    both(["import", "--dry-run", folder])
    both(["import", folder])
    both(["import", "report"])
    both(["import", "report", "1"])
    both(["import", "doubles"])
    run(["search", "creatinine"])
    texts = [words_of(row) for row in rows if words_of(row) and "\0" not in row["text"]]
    for args in (["worklist"], ["worklist", "--view", "all"], ["gaps", "--all"], ["search", "creatinine", "--limit", "2000"], ["audit", "show"], ["export", "--all"], ["export", "--all", "--form", "csv"],
                 ["export", "--all", "--form", "csv", "--table", "results"], ["export", "--all", "--form", "csv", "--table", "stays"], ["export", "--all", "--form", "csv", "--table", "patients", "--raw"],
                 ["export", "--all", "--gaps", "--form", "csv"], ["export", "--all", "--findings"], ["export", "--all", "--findings", "--form", "json-lines"], ["export", "--all", "--deidentify"],
                 ["audit", "export"], ["audit", "export", "--form", "csv"], ["checklist", "precision"], ["report", "queries", "--rows"]):
        both(args)

    def one(row):
        n, text = row["n"], words_of(row)
        # A text with a NUL is refused at the door, and said so: there is no note.
        raw = text is not None and "\0" not in text
        both(["chart", f"acc{n}"], whole=[text] if raw and len(text) < 100 else [], exact=[text[:200]] if raw and fits(text) else [])
        both(["note", f"n{n}"], whole=[text] if raw else [], exact=[text] if raw else [])
        both(["explain", f"acc{n}", "N01-undocumented"])
        for cut in ("gaps", "export"):
            run([cut, f"acc{n}"])
            run(["--json", cut, f"acc{n}"])
    pool(one, rows)


def fits(text):
    return "\n" not in text and "\r" not in text


def files(rows):
    """Notes as files, with hostile names, in every encoding; what is refused says so."""
    folder = os.path.join(WORK, "files").encode()
    os.makedirs(folder)
    lines = []
    for row in rows:
        raw = bytes.fromhex(row["bytes"]) if "bytes" in row else row.get("text", "x").encode()
        name = raw.replace(b"/", b"").replace(b"\0", b"")[:180]
        with open(os.path.join(folder, name + b".txt"), "wb") as out:
            out.write(b"ASSESSMENT: " + raw + b"\n")
        if "bytes" not in row:
            lines.append('{"id":"j%d","text":"%s","patient":"%s","encounter":"%s","title":"%s","author":"%s"}\n' % (row["n"], *[literal(row)] * 5))
    with open(os.path.join(WORK, "lines.jsonl"), "w") as out:
        out.write("".join(lines))
    for path in (os.path.join(WORK, "files"), os.path.join(WORK, "lines.jsonl")):
        both(["import", "--dry-run", path])
        both(["import", path])
    both(["import", "report", "3"])
    run(["--json", "import", "undo", "3"])
    both(["worklist", "--view", "all"])
    first = sorted(os.listdir(folder))

    def one(name):
        both(["read", os.path.join(folder, name)])
        both(["read", "--why", os.path.join(folder, name)])
        both(["query", "lint", os.path.join(folder, name)])
    pool(one, first)
    run(["read", "--jsonl", os.path.join(WORK, "lines.jsonl")])


def toml(text):
    return json.dumps(text, ensure_ascii=False).translate({n: f"\\u{n:04x}" for n in [*range(32), *range(127, 160)]})


def site(rows):
    """A site's checklist and template that say hostile things, sound and broken."""
    plain = run(["checklist", "new"]).stdout.decode()
    run(["--json", "checklist", "new", os.path.join(WORK, "new.toml")])
    run(["checklist", "new", os.path.join(WORK, "new2.toml")])
    note = os.path.join(WORK, "note.txt")
    with open(note, "w") as out:
        out.write("Sodium 126. Fluid restriction.\n")
    shape = open(os.path.join(ROOT, "templates", "renal.toml")).read().split("[[template]]")[1]

    def one(row):
        text = row.get("text")
        if text is None:
            return
        said = re.sub(r'"(Our own items|What our medical staff asked for\.|Sodium \{low\.value\}, treated, no diagnosis|Low sodium, no diagnosis|A low sodium that is treated[^"]*|Sodium under 135[^"]*|comfort care|126 and an order)"', lambda m: toml(text.replace("{", "(").replace("}", ")")), plain)
        broken = said.replace('kind = "undocumented"', "kind = " + toml(text)).replace('severity = "warn"', f"{toml(text)} = 1")
        for name, words in (("site", said), ("broken", broken)):
            path = os.path.join(WORK, f"{name}{row['n']}.toml")
            with open(path, "w") as out:
                out.write(words)
            both(["checklist", "check", path])
            both(["checklist", "try", path, "--text", note])
        both(["checklist", "test", os.path.join(WORK, f"site{row['n']}.toml")])
        both(["checklist", "diff", os.path.join(WORK, "new.toml"), os.path.join(WORK, f"site{row['n']}.toml")])
    pool(one, rows[:: max(1, len(rows) // 150)])
    some = [row for row in rows if "text" in row and "\0" not in row["text"]]
    row = some[len(some) // 3]
    os.makedirs(os.path.join(STORE, "checklists"), exist_ok=True)
    shutil.copy(os.path.join(WORK, f"site{rows[0]['n']}.toml"), os.path.join(STORE, "checklists", "site.toml"))
    both(["checklist", "list"])
    for form in ("text", "markdown", "html"):
        both(["checklist", "list", "--form", form])
        both(["checklist", "show", "SITE-1", "--form", form])
    both(["checklist", "approve", "SITE-1", "--by", row["text"]])
    both(["checklist", "show", "SITE-1"])
    shutil.rmtree(os.path.join(STORE, "checklists"))
    os.makedirs(os.path.join(STORE, "templates"), exist_ok=True)
    template = "[[template]]" + re.sub(r'(title|question) = "[^"]*"', lambda m: f"{m[1]} = {toml(row['text'])}", re.sub(r'id = "[^"]*"', 'id = "own"', shape, count=1))
    with open(os.path.join(STORE, "templates", "own.toml"), "w") as out:
        out.write(template)
    both(["query", "templates"])
    both(["query", "templates", "own"])
    shutil.rmtree(os.path.join(STORE, "templates"))


def queries(rows):
    """A query whose every word is hostile, from its beginning to its end."""
    both(["query", "rules"])
    both(["query", "templates"])

    def one(row):
        text = row.get("text", "plain").replace("\0", "")
        made = run(["--json", "query", "new", f"acc{row['n']}", "--gap", "N01-undocumented"])
        run(["query", "new", f"acc{row['n']}"])
        if made.returncode != 0:
            problem("NO QUERY", ["query", "new"], made.stderr[:200])
            return
        number = str(json.loads(made.stdout)["row"]["id"])
        both(["query", "edit", number, "--title", text, "--body", text, "--question", text, "--contact", text, "--note", text, "--to", text, "--justify", f"QL004={text}"])
        both(["query", "lint", number])
        both(["query", "show", number], whole=[text] if row.get("text") == text else [])
        both(["query", "ready", number])
        both(["query", "send", number])
        draft = os.path.join(WORK, f"draft{row['n']}.txt")
        with open(draft, "w") as out:
            out.write(f"Title: {text}\n\n{text}\n")
        both(["query", "lint", draft])
    pool(one, rows[:: max(1, len(rows) // 300)])
    both(["query", "list"])
    # One that can be sent, answered in hostile words.
    sent = []
    for row in [r for r in rows if "text" in r][:: max(1, len(rows) // 60)]:
        number = sendable(row)
        if number:
            sent.append((number, row["text"].replace("\0", "")))
    for number, text in sent:
        both(["query", "delivered", number])
        both(["query", "contact", number, "--channel", text, "--with", text, "--note", text])
        both(["query", "escalate", number, "--to", "physician advisor", "--reason", text])
        both(["query", "redirect", number, "--to", text, "--reason", text])
        both(["query", "amend", number, "--contact", text, "--reason", text])
        both(["query", "diff", number])
        both(["query", "answer", number, "--text", text, "--by", text], exact=())
        both(["query", "show", number], whole=[text])
        both(["query", "diff", number, "--answer"])
        both(["query", "documented", number, "--document", text, "--reason", text])
        both(["query", "close", number, "--outcome", "disagreed", "--reason", text])
        both(["query", "reopen", number, "--reason", text])
        both(["query", "withdraw", number, "--reason", text])
        for form in ("text", "markdown", "html", "json", "fhir", "hl7", "csv"):
            both(["query", "export", number, "--form", form])
    figures["sent"] = len(sent)
    answers = os.path.join(WORK, "answers.csv")
    with open(answers, "w", newline="") as out:
        out.write("query,text,by\n" + "".join('%s,"%s","%s"\n' % (number, *[text.replace('"', '""')] * 2) for number, text in sent))
    both(["query", "import-answers", answers])
    both(["query", "answer", "--from", answers])


def sendable(row):
    made = run(["--json", "query", "new", f"acc{row['n']}", "--gap", "N01-undocumented"])
    if made.returncode != 0:
        return None
    view = json.loads(made.stdout)
    number = str(view["row"]["id"])
    draft = view["draft"]
    clean = re.sub(r"[^\w ,.?()-]", "", draft.get("question") or "") or "Based on your clinical judgment, please clarify the diagnosis, if any, that these findings represent."
    run(["query", "edit", number, "--title", "Clinical clarification: renal function", "--question", clean, "--body", "", "--contact", "ext. 4417"])
    return number if run(["--json", "query", "send", number]).returncode == 0 else None


def named(rows):
    """Errors that repeat what was typed: every command with a hostile argument."""
    def one(row):
        text = row.get("text", "x").replace("\0", "")
        for args in (["chart", text], ["note", text], ["note", f"n{row['n']}", "--version", "9"], ["search", "--", text], ["explain", text, text], ["gaps", "--", text], ["import", os.path.join(WORK, text.replace("/", ""))],
                     ["query", "show", "--", text], ["checklist", "show", "--", text], ["checklist", "check", "--", text], ["audit", "show", "--patient", text], ["audit", "show", "--user", text], ["export", "--", text],
                     ["review", "--next", "2", "--", text], ["dismiss", "--reason", "other", "--words", text, "--", f"acc{row['n']}", text], ["me", "--name", text, "--contact", text], ["audit", "verify", "--anchor", text],
                     ["audit", "anchor", os.path.join(WORK, "no", text.replace("/", ""))], ["restore", text], ["backup", os.path.join(WORK, "no", text.replace("/", ""))], ["keys", text], ["import", "merge", "--", text, text],
                     ["import", "undo", "--", text], ["--as", text, "worklist"], ["--break-glass", text, "note", f"n{row['n']}"], ["gaps", "--as-of", text, "--all"], ["search", f"author:{text}"], ["frobnicate", text], ["query", "new", text]):
            both(args)
    pool(one, rows[:: max(1, len(rows) // 100)])


def people(rows):
    """An encrypted store whose users have hostile names."""
    locked = os.path.join(WORK, "locked")
    base = ["--as", "ana", "--passphrase-fd", "0"]
    secret = b"four words of ana\n"
    for form in ([], ["--json"]):
        run([*form, *base, "init"], feed=secret, store=locked)
    taken = 0
    for row in [r for r in rows if "text" in r][:: max(1, len(rows) // 40)]:
        name = row["text"].replace("\0", "")[:60]
        taken += run([*base, "user", "add", "--role", "coder", "--", name], feed=secret + b"four words of ben\n", store=locked).returncode == 0
        run(["--json", *base, "user", "role", "--", name, "trainer"], feed=secret, store=locked)
        run([*base[2:], "--as", name, "worklist"], feed=b"not the passphrase\n", store=locked)
    figures["names taken"] = taken
    for form in ([], ["--json"]):
        for args, more in ((["user", "list"], b""), (["audit", "show"], b""), (["user", "add", f"ben{len(form)}", "--role", "coder"], b"four words of ben\n"), (["user", "role", f"ben{len(form)}", "auditor"], b""),
                           (["user", "remove", f"ben{len(form)}"], b""), (["passphrase"], b"four words of ana\n")):
            run([*form, *base, *args], feed=secret + more, store=locked)
        plain = os.path.join(WORK, f"plain{len(form)}")
        run(["init", "--no-encryption"], store=plain)
        run([*form, *base, "encrypt"], feed=secret, store=plain)


def upkeep(rows):
    one = rows[len(rows) // 2]["n"]
    text = next(r["text"] for r in rows if r.get("kind") == "csi").replace("\0", "")
    both(["me", "--name", text, "--contact", text])
    both(["review", f"acc{one}", "--next", "3"])
    key = json.loads(run(["--json", "chart", f"acc{one}"]).stdout)["gaps"][0]["key"]
    both(["dismiss", f"acc{one}", key, "--reason", "other", "--words", text])
    both(["gaps", "--all", "--history"])
    both(["keys"])
    both(["doctor"])
    both(["doctor", "--rebuild-index"])
    both(["audit", "verify"])
    both(["audit", "anchor"])
    both(["audit", "accept", "--reason", text])
    both(["import", "merge", f"p{rows[0]['n']}", f"p{rows[1]['n']}"])
    both(["import", "undo", "2"])
    for form in ([], ["--json"]):
        copy = os.path.join(WORK, f"copy{len(form)}.db")
        run([*form, "backup", copy])
        run([*form, "restore", copy], store=os.path.join(WORK, f"back{len(form)}"))


try:
    good = main()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
raise SystemExit(0 if good else 1)
