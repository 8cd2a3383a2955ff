"""What is looked at from outside of a machine: its link to JupyterLab; and how that is told."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request


class Failed(Exception):
    """A step did not do what it should."""


def tell(kind: str, started: float, step: str, said: str) -> None:
    """Print what came of a *step*, with the seconds since *started*."""
    print(f"{kind:<9} {time.monotonic() - started:6.0f} s  {step:<20} {said}", flush=True)


def checked_link(url: str) -> str:
    """Open *url* as a browser would; without its token, or by another host name, nothing is to be had."""
    base, _, token = url.partition("/lab?token=")
    if len(token) != 48:
        raise Failed(f"no token in {url!r}")
    contents = f"{base}/api/contents?token="
    answers = [_status(contents + token), _status(contents), _status(contents + token, host="evil.example")]
    if answers != [200, 403, 403]:
        raise Failed(f"with the token, without it, by another name: {answers}, not 200, 403, 403")
    names = json.loads(_fetch(contents + token))["content"]
    if not any(each["name"] == "00_start_here.ipynb" for each in names):
        raise Failed("the notebooks are not there")
    return "200 with the token, 403 without it, 403 by another name"


def _fetch(url: str, host: str | None = None) -> bytes:
    asked = urllib.request.Request(url, headers={"Host": host} if host else {})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        body: bytes = answer.read()
        return body


def _status(url: str, host: str | None = None) -> int:
    try:
        _fetch(url, host)
    except urllib.error.HTTPError as error:
        return error.code
    return 200
