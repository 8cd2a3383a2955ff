"""Every rule of the model by its id: what it says, the way out, and where it stands.

A refusal's rule also has the errno. ``{names}`` in the sentences are filled in with the paths at hand.
"""

from __future__ import annotations

from typing import NamedTuple

_NS, _PNODE, _NAMEI, _UTIL = "fs/namespace.c", "fs/pnode.c", "fs/namei.c", "util-linux"
_MOUNT, _UMOUNT, _PIVOT = "mount(2)", "umount2(2)", "pivot_root(2)"
_TREES = "mount_namespaces(7), Shared subtrees"
_USERS = "mount_namespaces(7), Restrictions on mount namespaces"
_PATHS = "path_resolution(7)"


class Rule(NamedTuple):
    """One rule: ``says`` why, ``way_out`` what to do instead, ``kernel`` and ``manual`` where to read it.

    ``errno`` is empty for a rule that refuses nothing.
    """

    id: str
    errno: str
    says: str
    way_out: str
    kernel: str
    manual: str

    @property
    def source(self) -> str:
        """Where the rule stands, in one line."""
        return f"kernel {self.kernel}; {self.manual}"


_REFUSALS = (
    Rule(
        "path.missing", "ENOENT", "{path} does not exist", "make it first: mkdir -p {path}",
        f"{_NAMEI} link_path_walk()", _PATHS,
    ),
    Rule(
        "path.through-file", "ENOTDIR", "{path} leads through something that is no directory",
        "look at each part of the path with namei(1)", f"{_NAMEI} link_path_walk()", _PATHS,
    ),
    Rule(
        "path.no-directory", "ENOTDIR", "{path} is no directory", "give a directory",
        f"{_NAMEI} path_lookupat()", _PATHS,
    ),
    Rule(
        "path.exists", "EEXIST", "{path} exists already", "use it as it is, or mkdir -p",
        f"{_NAMEI} filename_create()", "mkdir(2)",
    ),
    Rule(
        "path.read-only", "EROFS", "{path} would be made in a file system that is read-only here",
        "remount it: mount -o remount,rw", f"{_NS} mnt_want_write()", "mkdir(2)",
    ),
    Rule(
        "admin.mount", "EPERM",
        "{space} has no CAP_SYS_ADMIN in the user namespace that owns its mount namespace",
        "be root of that user namespace, or make both anew: unshare --user --map-root-user --mount",
        f"{_NS} may_mount()", "mount(2), EPERM; user_namespaces(7)",
    ),
    Rule(
        "admin.unshare", "EPERM", "{space} has no CAP_SYS_ADMIN, which a new mount namespace needs",
        "make a user namespace with it: unshare --user --map-root-user --mount",
        "kernel/nsproxy.c unshare_nsproxy_namespaces()", "unshare(2), EPERM",
    ),
    Rule(
        "admin.chrooted", "EPERM",
        "{space} does not stand on the uppermost root of its mount namespace, as after chroot, and so may"
        " make no user namespace",
        "leave the chroot, or use pivot_root instead of it",
        "kernel/user_namespace.c create_user_ns()", "user_namespaces(7); clone(2), EPERM",
    ),
    Rule(
        "admin.chroot", "EPERM", "{space} has no CAP_SYS_CHROOT in its user namespace",
        "be root of that user namespace", "fs/open.c chroot()", "chroot(2), EPERM",
    ),
    Rule(
        "target.not-mine", "EINVAL", "the mount at {target} belongs to another mount namespace",
        "enter that namespace with nsenter --mount", f"{_NS} check_mnt()", "mount_namespaces(7)",
    ),
    Rule(
        "attach.kind", "ENOTDIR",
        "{source} and {target} are not of one kind: a directory goes on a directory, a file on a file",
        "make {target} what {source} is", f"{_NS} graft_tree()", "mount(2), ENOTDIR",
    ),
    Rule(
        "limit.mounts", "ENOSPC",
        "a mount namespace would hold more than {limit} mounts (fs.mount-max), copies counted",
        "bind less, or make the source private or unbindable first", f"{_NS} count_mounts()", "proc_sys_fs(5), mount-max",
    ),
    Rule(
        "new.same", "EBUSY", "the file system on top at {target} is this very one, with its root there",
        "use the mount that is there, or mount it elsewhere", f"{_NS} do_add_mount()", "mount(2), EBUSY",
    ),
    Rule(
        "new.revealing", "EPERM",
        "a new {fstype} would show more than this namespace shows: it has no {fstype} that is seen whole",
        "bind the one that is there, or ask where one is mounted without anything locked on it",
        f"{_NS} mount_too_revealing()", "mount_namespaces(7)",
    ),
    Rule(
        "new.namespace-file", "EINVAL",
        "the file of a mount namespace can't be copied to the peers of a shared mount",
        "mount it below a private mount: mount --make-private", f"{_NS} copy_tree()", "unshare(1), --mount=FILE",
    ),
    Rule(
        "bind.unbindable", "EINVAL", "{source} lies on the mount at {mount}, which is unbindable",
        "mount --make-private {mount}", f"{_NS} __do_loopback()", _TREES,
    ),
    Rule(
        "bind.not-mine", "EINVAL", "{source} lies on a mount of another mount namespace",
        "bind it in that namespace", f"{_NS} may_copy_tree()", "mount_namespaces(7)",
    ),
    Rule(
        "bind.locked-child", "EINVAL",
        "a plain bind of {source} would show what the locked mount at {child} hides",
        "take it along: mount --rbind", f"{_NS} has_locked_children()", _USERS,
    ),
    Rule(
        "rbind.locked-unbindable", "EPERM",
        "the mount at {child} is locked and unbindable: the copy may neither have it nor go without it",
        "bind a directory that does not contain it, or mount --make-private {child}", f"{_NS} copy_tree()", _USERS,
    ),
    Rule(
        "move.no-mount", "EINVAL", "{source} is not a mount point, and only mounts can be moved",
        "bind it onto itself first: mount --bind {source} {source}", f"{_NS} do_move_mount()", "mount(2), EINVAL",
    ),
    Rule(
        "move.kind", "EINVAL",
        "{source} and {target} are not of one kind: a directory goes on a directory, a file on a file",
        "make {target} what {source} is", f"{_NS} do_move_mount()", "mount(2), EINVAL",
    ),
    Rule(
        "move.not-mine", "EINVAL", "the mount at {source} belongs to another mount namespace",
        "move it in that namespace", f"{_NS} check_mnt()", "mount_namespaces(7)",
    ),
    Rule(
        "move.root", "EINVAL", "the mount at {source} is the root of the mount namespace: it is attached to nothing",
        "use pivot_root", f"{_NS} mnt_has_parent()", "mount(2), EINVAL",
    ),
    Rule(
        "move.locked", "EINVAL",
        "the mount at {source} is locked: it came with others from a more privileged mount namespace",
        "move the mount that it came with, or bind it: mount --rbind", f"{_NS} do_move_mount()", _USERS,
    ),
    Rule(
        "move.shared-parent", "EINVAL",
        "the mount at {source} is attached to {parent}, which is shared: its peers can't be told of a move",
        "mount --make-private {parent}", f"{_NS} do_move_mount()", f"{_MOUNT}, EINVAL; {_TREES}",
    ),
    Rule(
        "move.unbindable", "EINVAL",
        "{child} is unbindable, and below the shared mount at {target} it would have to be copied",
        "mount --make-private {child}", f"{_NS} tree_contains_unbindable()", _TREES,
    ),
    Rule(
        "move.loop", "ELOOP", "{target} lies on {source} itself or below it", "choose a target outside",
        f"{_NS} mount_is_ancestor()", "mount(2), ELOOP",
    ),
    Rule(
        "make.no-mount", "EINVAL", "{target} is not a mount point, and only mounts have a propagation type",
        "bind it onto itself first: mount --bind {target} {target}", f"{_NS} do_change_type()", "mount(2), EINVAL",
    ),
    Rule(
        "remount.no-mount", "EINVAL", "{target} is not a mount point",
        "bind it onto itself first: mount --bind {target} {target}", f"{_NS} do_remount()", "mount(2), EINVAL",
    ),
    Rule(
        "remount.locked", "EPERM",
        "the option {option} of {target} is locked: a more privileged mount namespace set it",
        "keep {option} as it is in the list of options", f"{_NS} can_change_locked_flags()", _USERS,
    ),
    Rule(
        "remount.superblock", "EPERM",
        "{target} shows a file system that was mounted in a user namespace where {space} has no CAP_SYS_ADMIN",
        "change this mount only: mount -o remount,bind", f"{_NS} do_remount()", "mount(2), MS_REMOUNT",
    ),
    Rule(
        "umount.no-mount", "EINVAL", "{target} is not a mount point", "findmnt shows what is",
        f"{_NS} can_umount()", "umount2(2), EINVAL",
    ),
    Rule(
        "umount.locked", "EINVAL",
        "the mount at {target} is locked: it came with others from a more privileged mount namespace",
        "unmount it there, or mount something over it", f"{_NS} can_umount()", _USERS,
    ),
    Rule(
        "umount.force", "EPERM",
        "{target} shows a file system that was mounted in a user namespace where {space} has no CAP_SYS_ADMIN,"
        " which --force needs",
        "leave --force away", f"{_NS} can_umount()", "umount2(2), MNT_FORCE",
    ),
    Rule(
        "umount.root", "EINVAL", "the mount at {target} is the root of the mount namespace",
        "use pivot_root", f"{_NS} do_umount()", "umount2(2)",
    ),
    Rule(
        "umount.own-root", "EPERM",
        "{target} is the caller's root, which umount can only make read-only, and that takes more rights",
        "use umount --lazy, or pivot_root first", f"{_NS} do_umount()", "umount2(2)",
    ),
    Rule(
        "umount.children", "EBUSY", "something is mounted below {target}: {child}",
        "umount --recursive {target}, or umount --lazy {target}", f"{_PNODE} propagate_mount_busy()", "umount2(2), EBUSY",
    ),
    Rule(
        "umount.busy", "EBUSY", "the mount at {target} is in use by {user}",
        "end that use (lsof and fuser find it), or umount --lazy {target}",
        f"{_PNODE} propagate_mount_busy()", "umount2(2), EBUSY",
    ),
    Rule(
        "umount.busy-copy", "EBUSY", "the copy of this mount at {copy} would go too, and is in use by {user}",
        "end that use, make the copy's parent private, or umount --lazy {target}",
        f"{_PNODE} propagate_mount_busy()", "umount2(2), EBUSY",
    ),
    Rule(
        "pivot.shared-put-old", "EINVAL", "{old} lies on a shared mount",
        "make the mount that holds {old} private: mount --make-private", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.shared-parent", "EINVAL", "the mount that {new} is attached to is shared",
        "mount --make-rprivate /", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.shared-root", "EINVAL", "the mount that the current root is attached to is shared",
        "make it private from outside", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.not-mine", "EINVAL", "the current root or {new} belongs to another mount namespace",
        "enter that namespace with nsenter --mount", f"{_NS} check_mnt()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.locked", "EINVAL",
        "the mount at {new} is locked: it came with others from a more privileged mount namespace",
        "bind it onto itself first: mount --rbind {new} {new}", f"{_NS} pivot_root()", _USERS,
    ),
    Rule(
        "pivot.new-is-root", "EBUSY", "{new} lies on the current root mount",
        "bind it onto itself first: mount --bind {new} {new}", f"{_NS} pivot_root()", f"{_PIVOT}, EBUSY",
    ),
    Rule(
        "pivot.old-on-root", "EBUSY", "{old} lies on the current root mount",
        "choose a directory below {new}", f"{_NS} pivot_root()", f"{_PIVOT}, EBUSY",
    ),
    Rule(
        "pivot.root-no-mount", "EINVAL", "the root of {space} is a plain directory, as after a chroot to one",
        "leave that chroot, or chroot to a mount point", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.root-absolute", "EINVAL", "the current root is the first mount of all, which can't be moved",
        "use switch_root(8), or chroot to another mount first", f"{_NS} pivot_root()", f"{_PIVOT}, NOTES",
    ),
    Rule(
        "pivot.new-no-mount", "EINVAL", "{new} is not a mount point",
        "bind it onto itself first: mount --bind {new} {new}", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.new-absolute", "EINVAL", "{new} is the root of the mount namespace already",
        "choose another mount", f"{_NS} pivot_root()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.old-outside", "EINVAL", "{old} is not at or below {new}", "choose a directory below {new}",
        f"{_NS} is_path_reachable()", f"{_PIVOT}, EINVAL",
    ),
    Rule(
        "pivot.new-outside", "EINVAL", "{new} is not below the root of {space}", "choose a directory below the root",
        f"{_NS} is_path_reachable()", f"{_PIVOT}, EINVAL",
    ),
)  # fmt: skip

_CAUSES = (
    Rule("attach.alone", "", "the mount it went on is not shared, so nobody else is told", "", f"{_NS} attach_recursive_mnt()", _TREES),
    Rule("attach.shared", "", "the mount it went on is shared, so it is shared too, and every peer and slave of that is told", "", f"{_NS} attach_recursive_mnt()", _TREES),
    Rule("attach.below", "", "it came along with the mount above it", "", f"{_NS} copy_tree()", "mount(2), MS_REC"),
    Rule("attach.becomes-shared", "", "it is below a shared mount now, so it gets a peer group of its own", "", f"{_NS} invent_group_ids()", _TREES),
    Rule("copy.peer", "", "its parent is a peer of the mount that was mounted on: it gets a copy that is a peer of the new mount", "", f"{_PNODE} propagate_mnt()", _TREES),
    Rule("copy.slave", "", "its parent is a slave: it gets a copy that is a slave of what its master got", "", f"{_PNODE} propagate_mnt()", _TREES),
    Rule("copy.slave-shared", "", "its parent is a slave and shared: it gets a copy that is a slave of what its master got, and that has a peer group of its own", "", f"{_PNODE} propagate_mnt()", _TREES),
    Rule("copy.slave-peer", "", "its parent is a peer of a slave: it gets a copy that is a peer of what that slave got", "", f"{_PNODE} propagate_mnt()", _TREES),
    Rule("copy.below", "", "it came along with the copy above it", "", f"{_NS} copy_tree()", _TREES),
    Rule("copy.tucked", "", "a copy arrived where it is: the copy went under it, and it now lies on the copy", "", f"{_NS} attach_recursive_mnt()", "mount_namespaces(7)"),
    Rule("lock.propagated", "", "it came from a more privileged mount namespace with the mount above it, so it is locked to that", "", f"{_NS} lock_mnt_tree()", _USERS),
    Rule("detach.target", "", "it was unmounted", "", f"{_NS} umount_tree()", _UMOUNT),
    Rule("detach.below", "", "it was below the mount that was unmounted", "", f"{_NS} umount_tree()", "umount2(2), MNT_DETACH"),
    Rule("detach.copy", "", "its parent hears the mount from which the original was unmounted, so it goes too", "", f"{_PNODE} propagate_umount()", _TREES),
    Rule("detach.kept-child", "", "its parent was told, but something else is mounted below it, so it stays", "", f"{_PNODE} propagate_umount()", _TREES),
    Rule("detach.kept-lock", "", "its parent was told, but it is locked to a mount that stays, so it stays", "", f"{_PNODE} propagate_umount()", _USERS),
    Rule("detach.unlocked", "", "the original is unmounted by someone who was allowed to, so the copy is no longer locked", "", f"{_PNODE} propagate_mount_unlock()", _USERS),
    Rule("detach.fell", "", "it covered all of what was unmounted, so it falls back onto the mount below", "", f"{_PNODE} reparent()", _TREES),
    Rule("group.grandmaster", "", "the last member of its master's group has left: it now hears that group's own master", "", f"{_PNODE} transfer_propagation()", _TREES),
    Rule("group.orphaned", "", "the last member of its master's group has left, and that heard nobody: it has no master any more", "", f"{_PNODE} transfer_propagation()", _TREES),
    Rule("make.shared", "", "it has a peer group from now on; a master that it has, it keeps", "", f"{_PNODE} set_mnt_shared()", _TREES),
    Rule("make.slave", "", "it leaves its peer group and hears the peers it leaves, even if it heard another group before", "", f"{_PNODE} change_mnt_propagation()", _TREES),
    Rule("make.slave-of-master", "", "it was the last of its peer group, so it is left with the master it had", "", f"{_PNODE} change_mnt_propagation()", _TREES),
    Rule("make.slave-alone", "", "it was the only member of its peer group: nobody is left to hear, so it becomes private", "", f"{_PNODE} change_mnt_propagation()", "mount_namespaces(7), MS_SLAVE"),
    Rule("make.slave-of-none", "", "only a shared mount can become a slave; it stays as it was", "", f"{_PNODE} change_mnt_propagation()", _TREES),
    Rule("make.private", "", "it leaves its peer group and its master", "", f"{_PNODE} change_mnt_propagation()", _TREES),
    Rule("make.unbindable", "", "it leaves its peer group and its master, and can't be bound", "", f"{_PNODE} change_mnt_propagation()", _TREES),
    Rule("remount.options", "", "its options were changed; options do not propagate", "", f"{_NS} set_mount_attributes()", "mount(2), MS_REMOUNT"),
    Rule("umount.freezes", "", "the caller's own root can't be unmounted: its file system was made read-only instead", "", f"{_NS} do_umount_root()", _UMOUNT),
    Rule("clone.peer", "", "a copied mount namespace has a peer of each shared mount", "", f"{_NS} copy_mnt_ns()", "mount_namespaces(7)"),
    Rule("clone.slave", "", "the copy of a slave hears the same master", "", f"{_NS} copy_mnt_ns()", "mount_namespaces(7)"),
    Rule("clone.private", "", "the copy of a private mount is private", "", f"{_NS} copy_mnt_ns()", "mount_namespaces(7)"),
    Rule("clone.user", "", "the new namespace belongs to another user namespace, so it only hears what is shared", "", f"{_NS} copy_mnt_ns()", _USERS),
    Rule("clone.unbindable", "", "the copy of an unbindable mount is private, and can be bound", "", f"{_NS} clone_mnt()", "sharedsubtree.rst 5g says otherwise; true since Linux 6.17"),
    Rule("clone.locked", "", "the new namespace belongs to another user namespace, so its mounts are locked to each other", "", f"{_NS} lock_mnt_tree()", _USERS),
    Rule("pivot.new", "", "it is the root mount now; pivot_root is not propagated", "", f"{_NS} pivot_root()", _PIVOT),
    Rule("pivot.old", "", "it was the root mount, and lies where the old root was to be put", "", f"{_NS} pivot_root()", _PIVOT),
    Rule("hears.nothing", "", "the mount there is private: it hears nobody", "mount --make-shared before the copies are made", _PNODE, _TREES),
    Rule("hears.not-slave", "", "the mount there is the master: a master does not hear its slaves", "mount on the master instead", _PNODE, _TREES),
    Rule("hears.others", "", "the mount there hears other peer groups than the one that was mounted on", "", _PNODE, _TREES),
    Rule("hears.outside", "", "the mount there hears it, but shows another part of the file system: the mount point lies outside its root", "bind a directory that contains it", f"{_PNODE} need_secondary()", _TREES),
    Rule("hears.elsewhere", "", "the mount there hears it, but the mount point is at another path there", "", f"{_PNODE} propagate_mnt()", _TREES),
    Rule("hears.covered", "", "it is there, but something else is mounted over it", "", _NAMEI, _PATHS),
    Rule("hears.unmoved", "", "nothing was attached by this", "", _NS, _TREES),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _REFUSALS + _CAUSES}
"""All rules by their ids."""

REFUSALS: tuple[str, ...] = tuple(rule.id for rule in _REFUSALS)
"""The ids of the rules that refuse something."""
