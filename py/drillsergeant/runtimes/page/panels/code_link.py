"""Code in a link: deflated and in base64url after `#code=`, the part of an address that browsers send to no server.

Whatever else stands there is refused with a sentence; nothing is unpacked beyond what an editor would take.
"""

from __future__ import annotations

import re
import zlib
from binascii import Error, a2b_base64, b2a_base64

MARK = "#code="
MOST_CODE = 8192  # characters
MOST_BYTES = 4 * MOST_CODE  # of them in UTF-8
MOST_PACKED = 4 * (MOST_BYTES + 64) // 3  # characters of the link, where nothing can be deflated
BITS = -15  # deflate without a header
PACKED = re.compile(r"[A-Za-z0-9_-]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def with_code(address: str, text: str) -> str:
    """The address, with this code in it. Raises ValueError with a sentence."""
    _refuse_long(text)
    packer = zlib.compressobj(9, zlib.DEFLATED, BITS)
    packed = b2a_base64(packer.compress(text.encode()) + packer.flush(), newline=False)
    return address.partition("#")[0] + MARK + packed.decode().rstrip("=").replace("+", "-").replace("/", "_")


def code_in(fragment: str) -> str:
    """The code in an address's end from its `#` on; "" where that is about something else. Raises ValueError saying
    why it is none."""
    if not fragment.startswith(MARK):
        return ""
    packed = fragment.removeprefix(MARK)
    if len(packed) > MOST_PACKED:
        raise ValueError(f"it has {len(packed):,} characters, a link with code has at most {MOST_PACKED:,}")
    if not PACKED.fullmatch(packed):
        raise ValueError("a link with code has letters, digits, - and _ alone: copy it again, whole")
    unpacker = zlib.decompressobj(BITS)
    try:
        content = a2b_base64(packed.replace("-", "+").replace("_", "/") + "=" * (-len(packed) % 4))
        raw = unpacker.decompress(content, MOST_BYTES + 1)
    except (Error, zlib.error) as damaged:
        raise ValueError(f"the link is damaged ({damaged}): copy it again, whole") from damaged
    if len(raw) > MOST_BYTES:
        raise ValueError(f"it is of more than {MOST_CODE:,} characters, the most that a link carries")
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("the link is cut off, or something follows it: copy it again, whole")
    text = as_code(raw)
    _refuse_long(text)
    return text


def as_code(content: bytes) -> str:
    """The bytes as a text for the editor, its lines ended as the editor does. Raises ValueError with a sentence."""
    try:
        text = content.decode().removeprefix("\ufeff")  # the page has no file of another codec
    except UnicodeDecodeError as wrong:
        raise ValueError(f"byte {wrong.start:,} is not of a text in UTF-8, as Python's files are") from wrong
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(text):
        raise ValueError(f"character {found.start():,} is a control character, {ord(found.group())}, not of a text")
    if not text.strip():
        raise ValueError("there is no code in it")
    return text


def _refuse_long(text: str) -> None:
    if len(text) > MOST_CODE:
        remedy = "save it as a .py file and send that"
        raise ValueError(f"the code has {len(text):,} characters, a link carries at most {MOST_CODE:,}: {remedy}")
