"""A refusal says which call it was, with what, and the errno by name."""

from __future__ import annotations

import ctypes
import errno
import pickle

import pytest

from nslab.linux import libc
from nslab.linux.refusal import KernelRefused


def test_a_refusal_is_an_oserror_with_the_errno_and_its_name() -> None:
    refused = KernelRefused(errno.EBUSY, "umount2", "'/mnt', 0")
    assert isinstance(refused, OSError)
    assert (refused.errno, refused.name) == (errno.EBUSY, "EBUSY")
    assert str(refused) == "umount2('/mnt', 0): EBUSY (Device or resource busy)"


def test_a_rule_stands_behind() -> None:
    refused = KernelRefused(errno.EINVAL, "mount", "…", "The target is no mount point.")
    assert str(refused) == "mount(…): EINVAL (Invalid argument). The target is no mount point."


def test_an_errno_without_a_name_is_a_number() -> None:
    assert KernelRefused(4095, "mount").name == "errno 4095"


def test_a_copy_says_the_same() -> None:
    refused = KernelRefused(errno.EPERM, "setns", "3, CLONE_NEWNS", "rule")
    copy = pickle.loads(pickle.dumps(refused))
    assert (str(copy), copy.errno, copy.call, copy.arguments) == (
        str(refused),
        errno.EPERM,
        "setns",
        "3, CLONE_NEWNS",
    )


def test_a_call_that_fails_raises_with_the_c_librarys_errno() -> None:
    close = libc.function("close", libc.Int)
    with pytest.raises(KernelRefused, match=r"close\(-1\): EBADF \(Bad file descriptor\)"):
        libc.call("close", close, (-1,), shown="-1")


def test_a_call_that_works_gives_its_result() -> None:
    assert libc.call("getpid", libc.function("getpid"), (), shown="") > 0


def test_a_system_call_of_an_unknown_number_is_refused() -> None:
    with pytest.raises(KernelRefused, match=r"none\(\): ENOSYS"):
        libc.syscall("none", 100_000, shown="")


def test_a_function_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_function"):
        libc.function("no_such_function")


def test_arguments_of_the_wrong_type_do_not_reach_the_kernel() -> None:
    close = libc.function("close", libc.Int)
    with pytest.raises(ctypes.ArgumentError):
        libc.call("close", close, ("3",), shown="'3'")


def test_a_path_with_a_nul_byte_is_refused_before_the_call() -> None:
    with pytest.raises(ValueError, match="a path cannot hold a NUL byte"):
        libc.path("/mnt\0/x")
    assert (libc.path("/é"), libc.path(b"/\xff"), libc.path(None)) == ("/é".encode(), b"/\xff", None)
