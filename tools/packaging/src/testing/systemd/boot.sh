#!/bin/sh
# Boots the real systemd as the first process of its own namespaces, on a throw-away layer over this machine's files.
# STAGE: an empty folder. PACKAGE: what to see at /root/package. NAME: of its control group.
set -e
stage=$1 package=$2 name=$3
root=$stage/root
if [ "$4" != inside ]; then
  mount -t tmpfs tmpfs "$stage"
  mkdir "$stage/upper" "$stage/work" "$root" "$stage/groups"
  # A group of its own, which is the whole hierarchy to what runs in it: nothing is left in this machine's.
  mount -t cgroup2 cgroup2 "$stage/groups"
  mkdir "$stage/groups/$name"
  echo 0 >"$stage/groups/$name/cgroup.procs"
  exec /usr/bin/unshare --pid --cgroup --uts --ipc --fork --kill-child -- /bin/sh "$0" "$stage" "$package" "$name" inside
fi
mount -t overlay overlay -o "lowerdir=/,upperdir=$stage/upper,workdir=$stage/work" "$root"
mount -t proc proc "$root/proc"
# Read-only: udev and what else would touch this machine's devices stays away (systemd's container interface).
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for place in run tmp dev; do mount -t tmpfs tmpfs "$root/$place"; done
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
rm -rf "$root"/etc/systemd/system/*.wants "$root/etc/fstab" "$root/etc/trustfleet" "$root/var/lib/trustfleet-agent" "$root/opt/trustfleet"
ln -sf /lib/systemd/system/basic.target "$root/etc/systemd/system/default.target"
mkdir -p "$root/root/package"
mount --bind "$package" "$root/root/package"
exec chroot "$root" /usr/bin/env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
