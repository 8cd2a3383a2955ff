"""Messages keep their borders and their descriptors, whatever their size."""

from __future__ import annotations

import os
import threading

import pytest

from nslab.lab.wire import PACKET, Wire, WireClosed, pair


def ends() -> tuple[Wire, Wire]:
    near, far = pair()
    return near, Wire(far)


@pytest.mark.parametrize("size", [0, 1, PACKET - 10, PACKET, PACKET + 1, 5 * PACKET + 3])
def test_a_message_of_any_size_arrives_whole(size: int) -> None:
    near, far = ends()
    sender = threading.Thread(target=near.send, args=((7, b"x" * size),))
    sender.start()
    message, descriptors = far.receive()
    sender.join()
    assert message == (7, b"x" * size)
    assert descriptors == []
    near.close(), far.close()


def test_descriptors_arrive_closed_on_exec() -> None:
    near, far = ends()
    reader, writer = os.pipe()
    near.send("take", [writer])
    _, (taken,) = far.receive()
    os.write(taken, b"through")
    assert os.read(reader, 100) == b"through"
    assert not os.get_inheritable(taken)
    for descriptor in (reader, writer, taken):
        os.close(descriptor)
    near.close(), far.close()


def test_the_end_of_one_side_is_told_to_the_other() -> None:
    near, far = ends()
    near.close()
    with pytest.raises(WireClosed, match="gone"):
        far.receive()
    with pytest.raises(WireClosed, match="gone"):
        far.send("anyone?")
    far.close()
