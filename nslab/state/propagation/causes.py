"""Why something happened to a mount, or did not happen to it."""

from __future__ import annotations

from nslab.state.propagation.rule import Rule

_NS = "fs/namespace.c"
_PNODE = "fs/pnode.c"
_NAMEI = "fs/namei.c"
_MOUNT = "mount(2)"
_UMOUNT = "umount2(2)"
_PIVOT = "pivot_root(2)"
_TREES = "mount_namespaces(7), Shared subtrees"
_USERS = "mount_namespaces(7), Restrictions on mount namespaces"
_PATHS = "path_resolution(7)"


def _cause(name: str, says: str, kernel: str, manual: str, way_out: str = "") -> Rule:
    return Rule(name, "", says, way_out, kernel, manual)


CAUSES = (
    _cause(
        "attach.alone",
        "the mount it went on is not shared, so nobody else is told",
        f"{_NS} attach_recursive_mnt()",
        _TREES,
    ),
    _cause(
        "attach.shared",
        "the mount it went on is shared, so it is shared too, and every peer and slave of that is told",
        f"{_NS} attach_recursive_mnt()",
        _TREES,
    ),
    _cause(
        "attach.below",
        "it came along with the mount above it",
        f"{_NS} copy_tree()",
        f"{_MOUNT}, MS_REC",
    ),
    _cause(
        "attach.becomes-shared",
        "it is below a shared mount now, so it gets a peer group of its own",
        f"{_NS} invent_group_ids()",
        _TREES,
    ),
    _cause(
        "copy.peer",
        "its parent is a peer of the mount that was mounted on: it gets a copy that is a peer of the new"
        " mount",
        f"{_PNODE} propagate_mnt()",
        _TREES,
    ),
    _cause(
        "copy.slave",
        "its parent is a slave: it gets a copy that is a slave of what its master got",
        f"{_PNODE} propagate_mnt()",
        _TREES,
    ),
    _cause(
        "copy.slave-shared",
        "its parent is a slave and shared: it gets a copy that is a slave of what its master got, and "
        "that has a peer group of its own",
        f"{_PNODE} propagate_mnt()",
        _TREES,
    ),
    _cause(
        "copy.slave-peer",
        "its parent is a peer of a slave: it gets a copy that is a peer of what that slave got",
        f"{_PNODE} propagate_mnt()",
        _TREES,
    ),
    _cause(
        "copy.below",
        "it came along with the copy above it",
        f"{_NS} copy_tree()",
        _TREES,
    ),
    _cause(
        "copy.tucked",
        "a copy arrived where it is: the copy went under it, and it now lies on the copy",
        f"{_NS} attach_recursive_mnt()",
        "mount_namespaces(7)",
    ),
    _cause(
        "lock.propagated",
        "it came from a more privileged mount namespace with the mount above it, so it is locked to that",
        f"{_NS} lock_mnt_tree()",
        _USERS,
    ),
    _cause(
        "detach.target",
        "it was unmounted",
        f"{_NS} umount_tree()",
        _UMOUNT,
    ),
    _cause(
        "detach.below",
        "it was below the mount that was unmounted",
        f"{_NS} umount_tree()",
        f"{_UMOUNT}, MNT_DETACH",
    ),
    _cause(
        "detach.rmdir",
        "the directory it was mounted on has been removed in another mount namespace",
        f"{_NS} __detach_mounts()",
        "mount_namespaces(7), Mount point removal",
    ),
    _cause(
        "detach.copy",
        "its parent hears the mount from which the original was unmounted, so it goes too",
        f"{_PNODE} propagate_umount()",
        _TREES,
    ),
    _cause(
        "detach.kept-child",
        "its parent was told, but something else is mounted below it, so it stays",
        f"{_PNODE} propagate_umount()",
        _TREES,
    ),
    _cause(
        "detach.kept-lock",
        "its parent was told, but it is locked to a mount that stays, so it stays",
        f"{_PNODE} propagate_umount()",
        _USERS,
    ),
    _cause(
        "detach.unlocked",
        "the original is unmounted by someone who was allowed to, so the copy is no longer locked",
        f"{_PNODE} propagate_mount_unlock()",
        _USERS,
    ),
    _cause(
        "detach.fell",
        "it covered all of what was unmounted, so it falls back onto the mount below",
        f"{_PNODE} reparent()",
        _TREES,
    ),
    _cause(
        "group.grandmaster",
        "the last member of its master's group has left: it now hears that group's own master",
        f"{_PNODE} transfer_propagation()",
        _TREES,
    ),
    _cause(
        "group.orphaned",
        "the last member of its master's group has left, and that heard nobody: it has no master any more",
        f"{_PNODE} transfer_propagation()",
        _TREES,
    ),
    _cause(
        "make.shared",
        "it has a peer group from now on; a master that it has, it keeps",
        f"{_PNODE} set_mnt_shared()",
        _TREES,
    ),
    _cause(
        "make.slave",
        "it leaves its peer group and hears the peers it leaves, even if it heard another group before",
        f"{_PNODE} change_mnt_propagation()",
        _TREES,
    ),
    _cause(
        "make.slave-of-master",
        "it was the last of its peer group, so it is left with the master it had",
        f"{_PNODE} change_mnt_propagation()",
        _TREES,
    ),
    _cause(
        "make.slave-alone",
        "it was the only member of its peer group: nobody is left to hear, so it becomes private",
        f"{_PNODE} change_mnt_propagation()",
        "mount_namespaces(7), MS_SLAVE",
    ),
    _cause(
        "make.slave-of-none",
        "only a shared mount can become a slave; it stays as it was",
        f"{_PNODE} change_mnt_propagation()",
        _TREES,
    ),
    _cause(
        "make.private",
        "it leaves its peer group and its master",
        f"{_PNODE} change_mnt_propagation()",
        _TREES,
    ),
    _cause(
        "make.unbindable",
        "it leaves its peer group and its master, and can't be bound",
        f"{_PNODE} change_mnt_propagation()",
        _TREES,
    ),
    _cause(
        "remount.options",
        "its options were changed; options do not propagate",
        f"{_NS} set_mount_attributes()",
        f"{_MOUNT}, MS_REMOUNT",
    ),
    _cause(
        "umount.freezes",
        "the caller's own root can't be unmounted: its file system was made read-only instead",
        f"{_NS} do_umount_root()",
        _UMOUNT,
    ),
    _cause(
        "clone.peer",
        "a copied mount namespace has a peer of each shared mount",
        f"{_NS} copy_mnt_ns()",
        "mount_namespaces(7)",
    ),
    _cause(
        "clone.slave",
        "the copy of a slave hears the same master",
        f"{_NS} copy_mnt_ns()",
        "mount_namespaces(7)",
    ),
    _cause(
        "clone.private",
        "the copy of a private mount is private",
        f"{_NS} copy_mnt_ns()",
        "mount_namespaces(7)",
    ),
    _cause(
        "clone.user",
        "the new namespace belongs to another user namespace, so it only hears what is shared",
        f"{_NS} copy_mnt_ns()",
        _USERS,
    ),
    _cause(
        "clone.unbindable",
        "the copy of an unbindable mount is private, and can be bound",
        f"{_NS} clone_mnt()",
        "sharedsubtree.rst 5g says otherwise; true since Linux 6.17",
    ),
    _cause(
        "clone.locked",
        "the new namespace belongs to another user namespace, so its mounts are locked to each other",
        f"{_NS} lock_mnt_tree()",
        _USERS,
    ),
    _cause(
        "pivot.new",
        "it is the root mount now; pivot_root is not propagated",
        f"{_NS} pivot_root()",
        _PIVOT,
    ),
    _cause(
        "pivot.old",
        "it was the root mount, and lies where the old root was to be put",
        f"{_NS} pivot_root()",
        _PIVOT,
    ),
    _cause(
        "hears.nothing",
        "the mount there is private: it hears nobody",
        _PNODE,
        _TREES,
        "mount --make-shared before the copies are made",
    ),
    _cause(
        "hears.not-slave",
        "the mount there is the master: a master does not hear its slaves",
        _PNODE,
        _TREES,
        "mount on the master instead",
    ),
    _cause(
        "hears.others",
        "the mount there hears other peer groups than the one that was mounted on",
        _PNODE,
        _TREES,
    ),
    _cause(
        "hears.outside",
        "the mount there hears it, but shows another part of the file system: the mount point lies "
        "outside its root",
        f"{_PNODE} need_secondary()",
        _TREES,
        "bind a directory that contains it",
    ),
    _cause(
        "hears.elsewhere",
        "the mount there hears it, but the mount point is at another path there",
        f"{_PNODE} propagate_mnt()",
        _TREES,
    ),
    _cause(
        "hears.covered",
        "it is there, but something else is mounted over it",
        _NAMEI,
        _PATHS,
    ),
    _cause(
        "hears.unmoved",
        "nothing was attached by this",
        _NS,
        _TREES,
    ),
)
