#!/bin/sh
# Runs a command on a machine of its own as far as files go: DIR holds its /etc, /opt, /run, /root, /var/lib; PACKAGE is at /root/package.
set -e
dir=$1 package=$2 systemctl=$3
shift 3
for place in etc opt run root var/lib; do mount --bind "$dir/$place" "/$place"; done
mount --bind "$package" /root/package
mount --bind "$systemctl" /usr/bin/systemctl
exec "$@"
