#!/bin/sh
# Stands in for systemctl(1) in the tests' namespace, where no systemd runs: writes down each call, and does to files and
# processes what systemd would do for the calls that the agent makes. The units themselves are judged by the real systemd-analyze.
echo "$*" >>/run/calls
[ "$1 $2" = "--no-pager --no-ask-password" ] || exit 64
shift 2
unit=/etc/systemd/system/trustfleet-agent.service
wanted=/etc/systemd/system/multi-user.target.wants/trustfleet-agent.service
alive() { [ -e /run/agent.pid ] && kill -0 "$(cat /run/agent.pid)" 2>/dev/null; }
halt() {
  alive || return 0
  kill -TERM "$(cat /run/agent.pid)"
  for _ in $(seq 600); do alive || break; sleep 0.1; done
  rm -f /run/agent.pid
}
case "$1" in
  --version) echo 'systemd 252 (252.39-1~deb12u2)' ;;
  daemon-reload) cp "$unit" /run/loaded 2>/dev/null || rm -f /run/loaded ;;
  enable) [ -e /run/loaded ] || exit 1; mkdir -p "${wanted%/*}"; ln -sf "$unit" "$wanted" ;;
  disable) rm -f "$wanted"; rmdir "${wanted%/*}" 2>/dev/null; halt ;;
  start)
    alive && exit 0
    mkdir -p -m 700 /var/lib/trustfleet-agent
    # shellcheck disable=SC2046
    setsid $(sed -n 's/^ExecStart=//p' /run/loaded) </dev/null >>/run/journal 2>&1 &
    echo $! >/run/agent.pid ;;
  stop) halt ;;
  show)
    [ -e /run/loaded ] && echo LoadState=loaded || echo LoadState=not-found
    alive && echo ActiveState=active || echo ActiveState=inactive
    echo SubState=; echo Result=success
    [ -e "$wanted" ] && echo UnitFileState=enabled || echo UnitFileState=disabled ;;
  reset-failed) echo 'Unit trustfleet-agent.service not loaded.' >&2; exit 1 ;;
  *) exit 64 ;;
esac
