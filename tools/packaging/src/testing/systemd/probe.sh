#!/bin/sh
# Started in place of the agent, under its unit: says of each line whether it can be done. `may`: the agent needs it; `never`: it must not.
try() {
  wanted=$1 what=$2
  shift 2
  if "$@" >/tmp/said 2>&1; then done=yes; else done=no; fi
  case "$wanted $done" in
    'may yes' | 'never no') echo "ok $wanted $what" ;;
    *) echo "WRONG $wanted $what: $(head -c 200 /tmp/said | tr '\n' ' ')" ;;
  esac
}
tied() { setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child=KILL -- "$@"; }
somebody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
try may 'tie a tool to its life' tied /bin/true
try may 'run update-ca-certificates' tied /usr/sbin/update-ca-certificates
try may 'make a file in /usr/local/share' touch /usr/local/share/ca-certificates/x.crt
try may 'make a file in a home' touch /root/x
try may 'run a program as another account' somebody /bin/true
try may 'run an interpreter as another account' somebody python3 -c 'import ssl; ssl.create_default_context()'
openssl x509 -in /etc/ssl/certs/ca-certificates.crt -out /tmp/one.pem
try may "change a Java's keystore in /opt" tied keytool -importcert -noprompt -keystore /opt/cacerts -storepass changeit -file /tmp/one.pem
mkdir -p -m 700 /home/probe/nssdb && chown -R 65534:65534 /home/probe
try may "make a person's store as that person" somebody certutil -N -d sql:/home/probe/nssdb --empty-password
try may "change a person's store as that person" somebody certutil -A -n one -t C,, -i /tmp/one.pem -d sql:/home/probe/nssdb
try may 'ask a name server' python3 -c 'import socket
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.connect(("127.0.0.1", 9))
asked.send(b"x")'
try may 'connect' python3 -c 'import socket
try: socket.create_connection(("127.0.0.1", 9), 3)
except ConnectionRefusedError: pass'
try never 'mount' mount -t tmpfs tmpfs /mnt
try never 'take a protection back' mount -o remount,rw /usr/bin
try never 'change a program' touch /usr/bin/x
try never 'change what is started' touch /etc/systemd/system/x
try never 'change an account' touch /etc/shadow
try never 'listen' python3 -c 'import socket
socket.create_server(("127.0.0.1", 0))'
try never 'make a user namespace' unshare --user true
try never 'make a network namespace' unshare --net true
try never 'set the clock' date -s 2001-01-01
