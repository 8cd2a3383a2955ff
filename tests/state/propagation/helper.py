"""The far end of tests/state/propagation/world.py: processes that do what they are told to their mounts.

Started as ``python -I -S helper.py DESCRIPTOR CHECKOUT``. Each process has one thread and sits in its
own mount namespace, on a tmpfs that only its kind can see; it ends with its parent or its socket.
"""

import ctypes
import marshal
import os
import socket
import sys

PR_SET_PDEATHSIG, SIGKILL = 1, 9
LARGEST = 65536


class Helper:
    """One process: what it has open, and the answers it gives."""

    def __init__(self, channel, proc):
        self.channel, self.proc = channel, proc
        self.held = {}

    def serve(self):
        """Answer until the other end closes."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.channel, LARGEST, 1)
            if not message:
                os._exit(0)
            name, *arguments = marshal.loads(message)
            try:
                answer = (0, getattr(self, name)(*arguments, *descriptors))
            except OSError as error:
                answer = (error.errno, None)
            self.channel.send(marshal.dumps(answer))

    def born(self, flags, descriptor):
        """Fork a process that leaves the namespaces in *flags*; return its pid, None if it was refused."""
        ready, told = os.pipe()
        pid = os.fork()
        if pid:
            os.close(told)
            os.close(descriptor)
            said = os.read(ready, 100)
            os.close(ready)
            if said:
                os.waitpid(pid, 0)
                raise OSError(int(said), "unshare")
            return pid
        self.channel.close()
        self.channel = socket.socket(fileno=descriptor)
        for held in self.held.values():
            os.close(held)
        self.held = {}
        self._leave(flags, told)
        os.close(told)
        os.close(ready)
        self.serve()
        return None

    def _leave(self, flags, told):
        mine = str(os.geteuid()), str(os.getegid())
        try:
            if flags:
                namespaces.unshare(flags)
        except OSError as error:
            os.write(told, str(error.errno).encode())
            os._exit(1)
        if flags & namespaces.CLONE_NEWUSER:
            self._map(*mine)
        die_with_parent()

    def _map(self, user, group):
        for name, text in ("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1"):
            descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=self.proc)
            os.write(descriptor, text.encode())
            os.close(descriptor)

    def furnish(self):
        """Stand on a tmpfs of our own, with nothing else in sight."""
        m.mount("none", "/", None, m.MS_REC | m.MS_PRIVATE)
        m.mount("root", "/tmp", "tmpfs")
        os.mkdir("/tmp/old")
        m.pivot_root("/tmp", "/tmp/old")
        m.umount("/old", m.MNT_DETACH)
        os.rmdir("/old")

    def mount(self, source, target, fstype, flags, data):
        m.mount(source, target, fstype, flags, data)

    def fill(self, target, paths):
        for path in paths:
            if path.startswith("f:"):
                os.close(os.open(target + path[2:], os.O_CREAT | os.O_WRONLY))
            else:
                os.mkdir(target + path)

    def makedirs(self, path):
        os.makedirs(path, exist_ok=True)

    def rmdir(self, path):
        os.rmdir(path)

    def umount(self, target, flags):
        m.umount(target, flags)

    def pivot_root(self, new, old):
        m.pivot_root(new, old)

    def chroot(self, path):
        os.chroot(path)
        os.chdir("/")

    def chdir(self, path):
        os.chdir(path)

    def hold(self, label, path):
        self.held[label] = os.open(path, os.O_RDONLY)

    def release(self, label):
        os.close(self.held.pop(label))

    def locks(self, paths):
        """Return what is locked on the mounts that *paths* lead to."""
        return locks(paths)

    def root(self):
        """Return the id of the mount that our root directory lies on."""
        descriptor = os.open("/", os.O_PATH)
        about = os.open(f"self/fdinfo/{descriptor}", os.O_RDONLY, dir_fd=self.proc)
        text = os.read(about, 1000).decode()
        os.close(about)
        os.close(descriptor)
        return int(text.partition("mnt_id:")[2].split()[0])

    def gone(self, pid):
        """Wait for a child that was told to end."""
        os.waitpid(pid, 0)


def die_with_parent():
    """Be killed when the parent ends, however it does."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != parent or parent == 1:
        os._exit(1)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    from nslab.linux import mount as m
    from nslab.linux import namespaces
    from nslab.linux.locks import locks

    die_with_parent()
    os.chdir("/")
    os.umask(0o22)
    Helper(socket.socket(fileno=int(sys.argv[1])), os.open("/proc", os.O_PATH | os.O_DIRECTORY)).serve()
