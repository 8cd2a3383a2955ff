"""A helper of the shim that stays outside and writes its id maps.

The kernel lets a process map many ids only from a namespace around its own. So a
child is forked before the shim leaves: it writes the first map (itself when it
is root, with newuidmap and newgidmap when the user has a range, else a map of
one id), then joins the shim's first user namespace and writes the second from
there, as that namespace's own two extents.
"""

from __future__ import annotations

import os

from nslab.linux import idmap, process
from nslab.linux import namespaces as ns
from nslab.linux.refusal import KernelRefused

FULL = "0 0 1\n1 1 65535\n"
ONE = "0 0 1\n"
ECHILD = 10
PATH = "/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin"


class Mapper:
    """The caller's side: asks the child for one map after the other.

    *closed* are descriptors that the child must not hold.
    """

    def __init__(self, closed: tuple[int, ...]) -> None:
        questions, self._ask = os.pipe()
        self._answers, answer = os.pipe()
        shim, identity = os.getpid(), (os.getuid(), os.getgid())
        self._child = os.fork()
        if self._child == 0:
            for descriptor in (*closed, self._ask, self._answers):
                os.close(descriptor)
            _serve(questions, answer, shim, identity)
        os.close(questions)
        os.close(answer)

    def map_first(self) -> str:
        """Map the caller's new user namespace; return ``root``, ``range`` or ``one``.

        Afterwards the caller is user and group 0 there. Raises KernelRefused.
        """
        mode = self._answer()
        if mode == "root":
            os.setgroups([])
            os.setresgid(0, 0, 0)
            os.setresuid(0, 0, 0)
            process.set_dumpable()
        return mode

    def map_second(self) -> None:
        """Map the caller's second user namespace and end the child. Raises KernelRefused."""
        self._answer()
        os.close(self._ask)
        os.close(self._answers)
        os.waitpid(self._child, 0)

    def _answer(self) -> str:
        try:
            os.write(self._ask, b"?")
            answer = os.read(self._answers, 4096).decode()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise KernelRefused(ECHILD, "write", "the process that writes the id maps has ended")
        word, _, rest = answer.partition("\0")
        if word != "refused":
            return word
        number, call, arguments = rest.split("\0")
        raise KernelRefused(int(number), call, arguments)


def _serve(questions: int, answer: int, shim: int, identity: tuple[int, int]) -> None:
    try:
        if os.read(questions, 1):
            mode = _first(shim, *identity)
            os.write(answer, mode.encode())
            if os.read(questions, 1):
                _second(shim, ONE if mode == "one" else FULL)
                os.write(answer, b"done")
    except KernelRefused as error:
        os.write(answer, "\0".join(("refused", str(error.errno), error.call, error.arguments)).encode())
    finally:
        os._exit(0)


def _first(shim: int, uid: int, gid: int) -> str:
    directory = os.open(f"/proc/{shim}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    if uid == 0 and _write_as_root(directory):
        return "root"
    if _run_tools(shim, uid, gid):
        return "range"
    idmap.write_own(directory, uid, gid)
    return "one"


def _write_as_root(directory: int) -> bool:
    """Map an unprivileged range; False when this root is not the machine's."""
    try:
        for kind, path in (("uid_map", "/etc/subuid"), ("gid_map", "/etc/subgid")):
            first = idmap.unused(path)
            idmap.write(directory, kind, f"0 {first} 1\n1 {first + 1} {idmap.IDS - 1}\n")
    except KernelRefused:
        return False
    return True


def _run_tools(shim: int, uid: int, gid: int) -> bool:
    """Map with newuidmap(1) and newgidmap(1), both at once; False when they can't."""
    name = _name(uid)
    firsts = [idmap.subordinate(path, name, uid) for path in ("/etc/subuid", "/etc/subgid")]
    if None in firsts:
        return False
    started = []
    for tool, own, first in zip(("newuidmap", "newgidmap"), (uid, gid), firsts, strict=True):
        arguments = [tool, str(shim), "0", str(own), "1", "1", str(first), str(idmap.IDS - 1)]
        started.append(_spawn(tool, arguments))
    ended = [pid is not None and os.waitpid(pid, 0)[1] == 0 for pid in started]
    return all(ended)


def _spawn(tool: str, arguments: list[str]) -> int | None:
    for folder in PATH.split(":"):
        if os.access(f"{folder}/{tool}", os.X_OK):
            return os.posix_spawn(f"{folder}/{tool}", arguments, {"PATH": PATH})
    return None


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _second(shim: int, text: str) -> None:
    """Write the second map from within the first namespace, whose extents it repeats."""
    proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    # The shim is in its second namespace by now; the first is that one's parent.
    first = _parent_user_namespace(shim)
    ns.setns(first, ns.CLONE_NEWUSER)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    directory = os.open(str(shim), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    if text == ONE:
        idmap.write(directory, "setgroups", "deny")
    idmap.write(directory, "uid_map", text)
    idmap.write(directory, "gid_map", text)


def _parent_user_namespace(shim: int) -> int:
    import fcntl

    opened = os.open(f"/proc/{shim}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(opened, NS_GET_PARENT)
    finally:
        os.close(opened)


NS_GET_PARENT = 0xB702
