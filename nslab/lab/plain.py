"""Plain data as bytes: what a space may send to the notebook's process.

None, booleans, integers, floats, text, bytes, lists, tuples and dicts, nothing
else. Decoding builds such values and can do nothing more, so that no space can
run code where its answers are read.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 100
"""How many values may be nested in one another."""

_ITEMS = {b"l": list, b"t": tuple}


def encode(value: Any) -> bytes:
    """Return *value* as bytes.

    Raises TypeError that names the type when *value* holds anything but plain
    data, ValueError when it is nested deeper than ``DEEPEST``.

    >>> encode(("web", 1))
    b't2;s3;webi1;'
    """
    parts: list[bytes] = []
    _encode(value, parts, 0)
    return b"".join(parts)


def decode(data: bytes) -> Any:
    """Return the value that :func:`encode` made *data* from.

    Raises ValueError for anything else.

    >>> decode(b't2;s3;webi1;')
    ('web', 1)
    """
    try:
        value, end = _decode(data, 0, 0)
    except (IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"not plain data: {data[:60]!r}") from error
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes too many after plain data: {data[end : end + 60]!r}")
    return value


def _encode(value: Any, parts: list[bytes], depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"the data is nested deeper than {DEEPEST} levels; flatten it")
    kind = type(value)
    if value is None or kind is bool:
        parts.append({None: b"n", True: b"T", False: b"F"}[value])
    elif kind is int:
        parts.append(b"i%x;" % value if value >= 0 else b"i-%x;" % -value)
    elif kind is float:
        parts.append(b"f%s;" % value.hex().encode())
    elif kind is str or kind is bytes:
        held = value if kind is bytes else value.encode("utf-8", "surrogatepass")
        parts.append(b"%c%d;%s" % (b"b" if kind is bytes else b"s", len(held), held))
    elif kind is dict:
        parts.append(b"d%d;" % len(value))
        for item in value.items():
            _encode_all(item, parts, depth)
    elif kind is list or kind is tuple:
        parts.append(b"%c%d;" % (b"l" if kind is list else b"t", len(value)))
        _encode_all(value, parts, depth)
    else:
        raise TypeError(
            f"a {kind.__name__} cannot leave a space; return plain data such as text, numbers, lists"
        )


def _encode_all(items: Any, parts: list[bytes], depth: int) -> None:
    for item in items:
        _encode(item, parts, depth + 1)


def _decode(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise ValueError(f"the data is nested deeper than {DEEPEST} levels")
    kind = data[at : at + 1]
    if kind in b"nTF":
        return {b"n": None, b"T": True, b"F": False}[kind], at + 1
    end = data.index(b";", at)
    head = data[at + 1 : end]
    if kind == b"i":
        return int(head, 16), end + 1
    if kind == b"f":
        return float.fromhex(head.decode()), end + 1
    return _decode_sized(data, kind, int(head), end + 1, depth)


def _decode_sized(data: bytes, kind: bytes, size: int, at: int, depth: int) -> tuple[Any, int]:
    if not 0 <= size <= len(data) - at:
        raise ValueError(f"plain data ends too early: {size} announced, {len(data) - at} bytes left")
    if kind == b"b":
        return data[at : at + size], at + size
    if kind == b"s":
        return data[at : at + size].decode("utf-8", "surrogatepass"), at + size
    items = []
    for _ in range(size * 2 if kind == b"d" else size):
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    if kind == b"d":
        return dict(zip(items[::2], items[1::2], strict=True)), at
    return _ITEMS[kind](items), at
