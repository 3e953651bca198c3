#!/usr/bin/env python3
"""A second, independent reader: what it finds in C-CDA, HL7 v2 and FHIR files, as JSON lines.

It shares no code with Lacuna. `tests/intake_second.rs` compares both, field by field:

    python3 scripts/second_reader.py FOLDER...
"""

import base64
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

BLOCKS = {"paragraph", "br", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "footnote", "p", "div"}
LEFT_OUT = {"footnoteRef", "renderMultiMedia", "col", "colgroup"}


def name(element):
    return element.tag.rsplit("}", 1)[-1]


def child(element, *way):
    for step in way:
        if element is None:
            return None
        element = next((c for c in element if isinstance(c.tag, str) and name(c) == step), None)
    return element


def children(element, wanted):
    return [] if element is None else [c for c in element if isinstance(c.tag, str) and name(c) == wanted]


def inner(element):
    """The text of a narrative, its blocks apart and its ordered items numbered."""
    out, number = [element.text or ""], 0
    for c in element:
        if isinstance(c.tag, str) and name(c) not in LEFT_OUT:
            if name(c) == "item" and element.get("listType") == "ordered":
                number += 1
                out.append(f" {number} ")
            out.append(f" {inner(c)} " if name(c) in BLOCKS else inner(c))
        out.append(c.tail or "")
    return "".join(out)


def words(text):
    return re.findall(r"[^\W_]+", text)


def section_words(section):
    text, parts = child(section, "text"), [child(c, "section") for c in children(section, "component")]
    said, parts = words(inner(text)) if text is not None else [], [p for p in parts if p is not None]
    if not said and not parts:
        return []
    title, code = child(section, "title"), child(section, "code")
    head = words("".join(title.itertext())) if title is not None else []
    if not head and code is not None:
        head = words(code.get("displayName") or code.get("code") or "")
    return head + said + [w for p in parts for w in section_words(p)]


def number(element):
    """Root and extension of an instance identifier."""
    return None if element is None else "|".join(x for x in (element.get("root"), element.get("extension")) if x) or None


def payer(root):
    """Who pays, by the first policy of a C-CDA's payers section."""
    found = []
    for policy in root.iter("{urn:hl7-org:v3}act"):
        if not any(t.get("root") == "2.16.840.1.113883.10.20.22.4.61" for t in children(policy, "templateId")):
            continue
        for performer in children(policy, "performer"):
            company = child(performer, "assignedEntity", "representedOrganization", "name")
            if any(t.get("root") == "2.16.840.1.113883.10.20.22.4.87" for t in children(performer, "templateId")) and company is not None:
                found.append(" ".join("".join(company.itertext()).split()))
    return found[0] if found else None


def ccda(path):
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return {"refused": True}
    role = child(root, "recordTarget", "patientRole")
    if name(root) != "ClinicalDocument" or role is None or child(root, "id") is None:
        return {"refused": True}
    ids = [i for i in children(role, "id") if i.get("extension") and i.get("root") != "2.16.840.1.113883.4.1"] or children(role, "id")
    person = child(role, "patient")
    person_name = child(person, "name")
    body, plain = child(root, "component", "structuredBody"), child(root, "component", "nonXMLBody", "text")
    said = [w for c in children(body, "component") for w in section_words(child(c, "section"))]
    if plain is not None and (plain.get("mediaType") or "").startswith("text/plain"):
        said = words(base64.b64decode(plain.text).decode())
    if not said:
        return {"refused": True}
    stay = child(root, "componentOf", "encompassingEncounter")
    time = child(stay, "effectiveTime")
    low = child(time, "low") if child(time, "low") is not None else time
    value = lambda e: None if e is None else e.get("value")
    return {
        "document": number(child(root, "id")),
        "patient": number(ids[0]) if ids else None,
        "family": "".join(child(person_name, "family").itertext()).strip() if child(person_name, "family") is not None else None,
        "birth": value(child(person, "birthTime")),
        "sex": None if child(person, "administrativeGenderCode") is None else child(person, "administrativeGenderCode").get("code"),
        "time": value(child(root, "effectiveTime")),
        "title": " ".join("".join(child(root, "title").itertext()).split()) if child(root, "title") is not None else None,
        "encounter": number(child(stay, "id")),
        "payer": payer(root) if stay is not None else None,
        "start": value(low),
        "end": value(child(time, "high")),
        "words": said,
    }


def first_payer(policies, field, part):
    """The company of the IN1 that pays first: by IN1-22, then by IN1-1."""
    rank = lambda words: int(words) if words and words.isdigit() else 1 << 32
    policies = [s for s in policies if part(field(s, 4), 1) or part(field(s, 3), 1) or part(field(s, 2), 2) or part(field(s, 2), 1)]
    policies.sort(key=lambda s: (rank(part(field(s, 22), 1)), rank(part(field(s, 1), 1))))
    names = [part(field(s, 4), 1) or part(field(s, 3), 1) or part(field(s, 2), 2) or part(field(s, 2), 1) for s in policies]
    return names[0] if names else None


def hl7(path):
    text = path.read_text("utf-8-sig").replace("\r", "\n")
    segments = [line.split("|") for line in text.split("\n") if re.match(r"[A-Z][A-Z0-9]{2}(\||$)", line)]
    first = lambda kind: next((s for s in segments if s[0] == kind), [])
    field = lambda segment, n: segment[n] if len(segment) > n else ""
    part = lambda words, n: (words.split("^") + [""] * n)[n - 1].split("&")[0].strip() or None
    pid, pv1 = first("PID"), first("PV1")
    ids = [i for i in field(pid, 3).split("~") if part(i, 1)]
    chosen = next((i for i in ids if part(i, 5) == "MR"), ids[0] if ids else field(pid, 2).split("~")[0])
    names = [n for n in field(pid, 5).split("~") if n]
    called = next((n for n in names if part(n, 7) in ("L", "D")), names[0] if names else "")
    return {
        "kind": "^".join(field(first("MSH"), 8).split("^")[:2]),
        "patient": part(chosen, 1),
        "family": part(called, 1),
        "birth": part(field(pid, 7), 1),
        "sex": part(field(pid, 8), 1),
        "encounter": part(field(pv1, 19).split("~")[0], 1) or part(field(pid, 18).split("~")[0], 1),
        "document": part(field(first("TXA"), 12), 1),
        "payer": first_payer([s for s in segments if s[0] == "IN1"], field, part) if part(field(pv1, 19).split("~")[0], 1) or part(field(pid, 18).split("~")[0], 1) else None,
        "numbers": [float(field(s, 5)) for s in segments if s[0] == "OBX" and s[2:3] == ["NM"] and re.fullmatch(r"-?\d+(\.\d+)?", field(s, 5)) and part(field(s, 3), 1)],
    }


def fhir(path):
    for line in path.open(encoding="utf-8"):
        resource = json.loads(line)
        if resource["resourceType"] == "DocumentReference":
            data = resource["content"][0]["attachment"]["data"]
            last = lambda reference: reference["reference"].rsplit("/", 1)[-1]
            yield {
                "document": resource["id"],
                "patient": last(resource["subject"]),
                "encounter": last(resource["context"]["encounter"][0]),
                "time": resource["context"].get("period", {}).get("start") or resource["date"],
                "code": next((c["code"] for c in resource["type"]["coding"]), None),
                "status": resource.get("docStatus"),
                "text": base64.b64decode(data).decode(),
            }


def main():
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).iterdir()):
            if path.suffix == ".xml":
                found = [ccda(path)]
            elif path.suffix == ".hl7":
                found = [hl7(path)]
            elif path.suffix == ".ndjson" and path.name.startswith("DocumentReference"):
                found = fhir(path)
            else:
                continue
            for one in found:
                print(json.dumps({"file": path.name, **one}))


if __name__ == "__main__":
    main()
