import { chmodSync, mkdirSync } from 'node:fs';
import { createTrustStores, type StoreHandle } from '../index.ts';
import type { TrustStorePorts } from '../ports.ts';
import { makeTestHost, type TestHost } from './host.ts';
import { rootedPorts } from './rooted-ports.ts';

const TOOL = '/usr/sbin/update-ca-certificates';

/**
 * Not Alpine's program, which is not to be had here, but a script of the tests that does what its source says (update-ca.c of Alpine's
 * ca-certificates): the configuration's lines without `!` or `#`, then every regular file of the local directory whatever its name, copied
 * as they are into a new bundle that is renamed into place; links that lead to what is not wanted any more go; then the hooks.
 */
const SCRIPT = `#!/bin/sh
set -eu
CERTS="$ROOT/usr/share/ca-certificates"
LOCAL="$ROOT/usr/local/share/ca-certificates"
ETC="$ROOT/etc/ssl/certs"
NEW=$(mktemp "$ETC/bundleXXXXXX")
chmod 644 "$NEW"
WANTED=
take() {
  cat "$1" >> "$NEW" || true
  name=$(basename "$1")
  link="ca-cert-$(printf %s "\${name%.crt}" | tr ', ()' '__==').pem"
  ln -sfn "$1" "$ETC/$link"
  WANTED="$WANTED $link "
}
while IFS= read -r line || [ -n "$line" ]; do
  case $line in '#'*|'!'*) ;; *) take "$CERTS/$line" ;; esac
done < "$ROOT/etc/ca-certificates.conf"
for file in "$LOCAL"/*; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then take "$file"; fi
done
for link in "$ETC"/ca-cert-*; do
  [ -L "$link" ] || continue
  case $WANTED in *" $(basename "$link") "*) ;; *) rm "$link" ;; esac
done
mv "$NEW" "$ETC/ca-certificates.crt"
`;

export interface AlpineSystem {
  readonly host: TestHost;
  readonly ports: TrustStorePorts;
  readonly store: StoreHandle;
}

/** `shipped`: name below /usr/share/ca-certificates to PEM; `conf`: lines of /etc/ca-certificates.conf. */
export async function makeAlpine(
  shipped: Readonly<Record<string, string>>,
  conf: readonly string[],
): Promise<AlpineSystem> {
  const host = makeTestHost('ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n');
  for (const path of ['etc/ssl/certs', 'usr/local/share/ca-certificates', 'usr/share/ca-certificates'])
    mkdirSync(host.at(path), { recursive: true });
  for (const [name, pem] of Object.entries(shipped)) host.put(`usr/share/ca-certificates/${name}`, pem);
  host.put('etc/ca-certificates.conf', `${conf.join('\n')}\n`);
  host.put(TOOL, SCRIPT);
  chmodSync(host.at(TOOL), 0o755);
  const ports = rootedPorts(host, { [TOOL]: () => ['/usr/bin/env', `ROOT=${host.root}`, host.at(TOOL)] });
  const [store] = await createTrustStores(ports).list();
  if (store === undefined) throw new Error('no store');
  return { host, ports, store };
}
