#!/usr/bin/env python3
"""Makes the vectors of the sealed index format (index/src/engine/sealed/vectors.txt) with Python's cryptography package: an implementation
that shares no line with ours."""
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY, SALT, NAME = bytes([7] * 32), bytes(range(24)), b"vector"
BLOCK = 16384
prk = hmac.new(SALT, KEY, hashlib.sha256).digest()
file_key = hmac.new(prk, b"lacuna 1 index file " + NAME + b"\x01", hashlib.sha256).digest()
cipher = ChaCha20Poly1305(file_key)

print("# length of the plain text, then the file in hexadecimal; see docs/security.md and scripts/index_vectors.py")
for length in (0, 1, 100, BLOCK + 5):
    data = bytes(i % 251 for i in range(length))
    blocks = [data[i : i + BLOCK] for i in range(0, length, BLOCK)] or [b""]
    out = b"lacidx1\n" + SALT
    for number, block in enumerate(blocks):
        nonce = number.to_bytes(8, "big") + bytes([number + 1 == len(blocks), 0, 0, 0])
        out += cipher.encrypt(nonce, block, b"")
    print(length, out.hex())
