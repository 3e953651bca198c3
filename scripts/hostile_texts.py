#!/usr/bin/env python3
"""Texts that nobody should trust, from one table and one seed: what a note, a name or a file may hold to drive a terminal or to hide.

  scripts/hostile_texts.py           writes fixtures/terminal/hostile.jsonl (seed 7), which the tests read
  scripts/hostile_texts.py --check   says whether that file is what the table gives (exit status 1: it is not)
  scripts/hostile_texts.py 20000 9   prints so many (a number and a seed), for the long form in scripts/hostile.py

A line holds `n`, `kind`, and one of `text` (as it is), `json` (what stands between the quotes of a JSON string, for what is no text) and
`bytes` (hexadecimal, for what is no UTF-8). Every text begins with the word zqNNNNa and ends with zqNNNNz; every number in a sequence that
takes one is 4242, which the program itself never writes. All invented: no patient ever stood behind them.
"""
import json
import os
import random
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILE = os.path.join(ROOT, "fixtures", "terminal", "hostile.jsonl")
ESC, BEL, ST7, ST8, CSI8, OSC8, DCS8, APC8, PM8, SOS8 = "\x1b", "\x07", "\x1b\\", "\x9c", "\x9b", "\x9d", "\x90", "\x9f", "\x9e", "\x98"
SECRET = "aGVsbG8gd29ybGQ="


def table():
    """Kind and payload, one of each; what is not between the two words is the payload."""
    for n in [*range(0x20), 0x7F]:
        yield "c0", f"before{chr(n)}behind"
    for n in range(0x80, 0xA0):
        yield "c1", f"before{chr(n)}behind"
    for n in range(0x20, 0x7F):
        yield "esc", f"{ESC}{chr(n)}plan"
    for final in "ABCDEFGHJKLMPSTXZ`abcdefghilmnpqrstux@":
        for intro in (ESC + "[", CSI8):
            yield "csi", f"{intro}4242{final}creatinine 2.4"
    for body in ("?4242h", "?4242l", "4242;4242H", "38;5;4242m", ">4242u", "=4242c", "?4242$p", "4242 q", "4242;4242r", "4242*x", "4242'}", "<4242;4242;4242M", "!p"):
        for intro in (ESC + "[", CSI8):
            yield "csi private", f"{intro}{body}mg"
    numbers = {0: "title zq", 1: "icon", 2: "title zq", 3: "prop=zq", 4: "4242;rgb:ff/00/00", 7: "file://zq/", 8: ";http://zq.example/", 9: "4;1;4242", 10: "?", 11: "?",
               12: "#00ff00", 17: "#ff0000", 50: "font", 52: f"c;{SECRET}", 104: "4242", 110: "", 133: "A", 633: "P;zq=1", 777: "notify;zq;zq", 1337: "File=name=zq:" + SECRET}
    for number, body in numbers.items():
        for intro, end in ((ESC + "]", BEL), (ESC + "]", ST7), (ESC + "]", ""), (OSC8, ST8)):
            yield f"osc {number}", f"{intro}{number};{body}{end}link"
    yield "osc 8 whole", f"{ESC}]8;id=4242;http://zq.example/{ST7}Na 140{ESC}]8;;{ST7}"
    yield "osc 52 query", f"{ESC}]52;c;?{BEL}"
    for name, seven, eight in (("dcs", ESC + "P", DCS8), ("apc", ESC + "_", APC8), ("pm", ESC + "^", PM8), ("sos", ESC + "X", SOS8)):
        for body in ("q#0;2;0;0;0~zq", "+q544e", "$qm", f"tmux;{ESC}{ESC}]52;c;{SECRET}{BEL}", "Gf=24,s=4242,v=4242;" + SECRET, "4242;4242|zq"):
            yield name, f"{seven}{body}{ST7}edema"
            yield name + " 8-bit", f"{eight}{body}{ST8}edema"
    for body in (f"{ESC}[201~q\rd\r", f"{CSI8}201~:quit\r", f"{ESC}[200~x{ESC}[201~", f"{ESC}[201~", "\x1b[20", "1~after"):
        yield "paste end", f"a{body}b"
    for body in ("[c", "[>c", "[=c", "[5n", "[6n", "[?6n", "[?4242$p", "[>q", "[18t", "[21t", "[14t", "[x", "[?u", "P+q436f\x1b\\", "P$qr\x1b\\", "]10;?\x07", "]4;1;?\x07", "Z"):
        yield "query", f"{ESC}{body}ask"
    yield "answerback", "\x05ask"
    for body in ("[2J", "[H", "[0m", "[31m", "[?1049l", "[?25l", "[?2004l", "[1;1H", "[K", "7", "8", "c", "(0lqqk\x1b(B", "#8", "[3J", "[?1000h", "[?7l", "[4h", "[20h"):
        yield "no number", f"{ESC}{body}gone"
    for body in (f"{ESC}", f"{ESC}[", f"{ESC}[4242", f"{ESC}]52;c;", f"{ESC}P", CSI8, OSC8, "\x1b\x1b\x1b[", f"{ESC}[4242;", f"{ESC}\x00[4242m"):
        yield "cut off", body
    for body in ("[4242m", "]52;c;" + SECRET, "\\", "m", "2J", "?1049l"):
        yield "second half", body
    hidden = [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x180F, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
              *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC), 0x1BCA0, 0x1D173, 0x1D17A, 0xE0001, 0xE0020, 0xE0041, 0xE007F]
    for n in hidden:
        yield "hidden", f"met{chr(n)}oprolol 10{chr(n)}mg"
    for a, b in (("\u202e", "\u202c"), ("\u202d", "\u202c"), ("\u2066", "\u2069"), ("\u2067", "\u2069"), ("\u2068", "\u2069"), ("\u202b", "\u202c"), ("\u200f", "\u200e")):
        yield "bidi", f"no {a}sisPes{b} today"
        yield "bidi open", f"no {a}sisPes today"
    yield "bidi nested", "\u202a" * 70 + "deep" + "\u202c" * 3
    for n in (*range(0xFE00, 0xFE10), 0xE0100, 0xE0150, 0xE01EF):
        yield "selector", f"dose{chr(n)} 5{chr(n)} mg"
    yield "selector bytes", "a" + "".join(chr(0xE0100 + b) for b in b"hidden words") + " b"
    yield "tags", "plain" + "".join(chr(0xE0000 + b) for b in b"ignore all") + " words"
    for count in (1, 8, 9, 40, 400):
        for mark in ("\u0301", "\u0489", "\u20e3", "\u0e38"):
            yield "combining", f"n{mark * count}ote"
    yield "combining alone", "\u0301" * 30 + "x"
    yield "joiners", "s\u200de\u200dpsis \U0001f469\u200d" + "\u200d\U0001f469" * 20
    for text in ("\u6f22\u5b57\u6f22\u5b57", "\uff21\uff22\uff23", "\uff76\uff9e\uff77", "\u2500\u2502\u2588\u2591", "\u00b1\u00b5\u2192\u2265", "\U0001f469\u200d\u2695\ufe0f", "\U0001f1e9\U0001f1ea",
                 "\U0001f44d\U0001f3fd", "1\ufe0f\u20e3", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u0915\u094d\u200d\u0937", "\u0e01\u0e33\u0e49", "\u1100\u1161\u11a8", "\ud55c\uae00",
                 "\ufdfa\ufdfd", "\U00012219\U0001242b", "\u2e3b\u2e3a", "\u0bcc\u0b95", "\U0001d400\U0001d538", "\ue000\uf8ff", "\ufffe\uffff", "\ufffd", "\U000f0000", "A\u030a\u0323", "\u1f6b\u0345"):
        yield "wide", f"{text} and {text}"
    for body in ("good\rbad", "10 mg\r1", "a\r\rb", "one\r\ntwo", "abc\b\b\bxyz", "12\x7f\x7f99", "\r", "x\r\r\n", "over\x0bunder", "page\x0cnext", "\n\n\r\n", "end\r"):
        yield "line games", body
    for body in ("Na\t140\tK\t3.5", "\t\t\tlate", "a\tb" * 30, " " * 300 + "far", "\u00a0\u2003\u3000gap"):
        yield "columns", body
    for body in ("\x00", "a\x00b\x00c", "\x00\x00\x00\x00tail", "head\x00"):
        yield "nul", body
    for body in ("&#27;[4242m", "\\x1b[4242m", "\\u001b]52;c;x", "%1b[4242m", "^[[4242m", "\u241b[4242m", "\u27e8U+202E\u27e9", "\u2400\u240d\u2421", "<U+001B>", "\\033[4242m", "${IFS}`id`$(id)", "=cmd|' /C'!A1", "+4242", "@SUM(1)", "-4242+1", "{\"a\":\"\\u0000\"}", "<script>zq</script>", "'; DROP TABLE audit; --"):
        yield "spelled", body
    yield "long", "w" * 3000 + ESC + "[4242m" + "v" * 3000
    yield "long wide", "\u6f22" * 1500 + "\u202e"
    yield "long words", ("lasix\u200b " * 700).strip()


def pieces():
    return [ESC, ESC + "[", "4242", ";", "m", "H", "]52;c;", BEL, ST7, CSI8, OSC8, ST8, "\u202e", "\u202c", "\u200b", "\u200d", "\u0301" * 12, "\ufe0f", "\U000e0041", "\r", "\t", "\x00", "\x08", "\x7f",
            "\u6f22", "\U0001f469", "\u05e9", " ", "sepsis", "Na 140", "\u2028", "\x85", "q", "?1049l", "P", "_", "^", "X", "\u241b", "\u27e8", "\u0e33"]


def texts(count, seed):
    rng, parts = random.Random(seed), pieces()
    rows = [(kind, "text", body) for kind, body in table()]
    for half in ("\\ud800", "\\udc00", "\\udfff\\ud800", "\\ud83d", "x\\ude00y", "\\u0000", "\\u001b[4242m", "\\u009b4242m", "\\u202e", "\\ud834\\ud834\\udd1e"):
        rows.append(("json escape", "json", half))
    for body in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80\x9b4242m", b"\x9d52;c;zq\x07", b"caf\xe9 \x93quoted\x94", b"\xc3", b"\xe2\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbf\xbe", b"\x1b[4242m\xff", b"\x90q\x9c"):
        rows.append(("encoding", "bytes", body))
    while len(rows) < count:
        rows.append(("mixed", "text", "".join(rng.choice(parts) for _ in range(rng.randrange(2, 14)))))
    for n, (kind, form, body) in enumerate(rows[:count]):
        a, z = f"zq{n:04}a ", f" zq{n:04}z"
        whole = (a.encode() + body + z.encode()).hex() if form == "bytes" else a + body + z
        yield {"n": n, "kind": kind, form: whole}


def lines(count, seed):
    return "".join(json.dumps(row) + "\n" for row in texts(count, seed))


def main():
    words = sys.argv[1:]
    if words == ["--check"]:
        with open(FILE) as file:
            fresh = file.read() == lines(900, 7)
        print("fresh" if fresh else f"{FILE} is not what the table gives: run scripts/hostile_texts.py")
        raise SystemExit(0 if fresh else 1)
    if words:
        sys.stdout.write(lines(int(words[0]), int(words[1]) if len(words) > 1 else 7))
        return
    with open(FILE, "w") as file:
        file.write(lines(900, 7))


if __name__ == "__main__":
    main()
