import type { P11TestSystem } from './p11-family.ts';

/** Not Fedora's update-ca-trust, but a script of the tests with the same `trust extract` calls (ca-certificates 2025.2.80, update-ca-trust). */
const UPDATE_CA_TRUST = `#!/bin/sh
set -eu
DEST=$ROOT/etc/pki/ca-trust/extracted
export P11_KIT_NO_USER_CONFIG=1
[ "$#" = 0 ] || [ "$1" = extract ]
trust extract --format=openssl-bundle --filter=certificates --overwrite --comment "$DEST/openssl/ca-bundle.trust.crt"
trust extract --format=pem-bundle --filter=ca-anchors --overwrite --comment --purpose server-auth "$DEST/pem/tls-ca-bundle.pem"
trust extract --format=pem-bundle --filter=ca-anchors --overwrite --comment --purpose email "$DEST/pem/email-ca-bundle.pem"
trust extract --format=pem-bundle --filter=ca-anchors --overwrite --comment --purpose code-signing "$DEST/pem/objsign-ca-bundle.pem"
trust extract --format=java-cacerts --filter=ca-anchors --overwrite --purpose server-auth "$DEST/java/cacerts"
trust extract --format=edk2-cacerts --filter=ca-anchors --overwrite --purpose=server-auth "$DEST/edk2/cacerts.bin"
trust extract --format=pem-directory-hash --filter=ca-anchors --overwrite --purpose server-auth "$DEST/pem/directory-hash"
`;

export const FEDORA: P11TestSystem = {
  osRelease: 'ID=fedora\nPRETTY_NAME="Fedora Linux 43 (Workstation Edition)"\n',
  sources: ['/etc/pki/ca-trust/source', '/usr/share/pki/ca-trust-source'],
  directories: ['pem', 'openssl', 'java', 'edk2'].map((name) => `/etc/pki/ca-trust/extracted/${name}`),
  tool: '/usr/bin/update-ca-trust',
  script: UPDATE_CA_TRUST,
};

/** Not SUSE's update-ca-certificates, but a script of the tests with the `trust extract` calls of its hooks (certbundle.run, openssl.run, etc_ssl.run). */
const UPDATE_CA_CERTIFICATES = `#!/bin/sh
set -eu
DEST=$ROOT/var/lib/ca-certificates
export P11_KIT_NO_USER_CONFIG=1
trust extract --format=openssl-directory --filter=ca-anchors --overwrite "$DEST/openssl"
trust extract --format=pem-directory-hash --purpose=server-auth --filter=ca-anchors --overwrite "$DEST/pem"
trust extract --format=java-cacerts --purpose=server-auth --filter=ca-anchors --overwrite "$DEST/java-cacerts"
trust extract --format=pem-bundle --purpose=server-auth --filter=ca-anchors --overwrite --comment "$DEST/ca-bundle.pem"
`;

export const TUMBLEWEED: P11TestSystem = {
  osRelease: 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nPRETTY_NAME="openSUSE Tumbleweed"\n',
  sources: ['/etc/pki/trust', '/usr/share/pki/trust'],
  directories: ['/var/lib/ca-certificates'],
  tool: '/usr/sbin/update-ca-certificates',
  script: UPDATE_CA_CERTIFICATES,
};

/** Not Arch's update-ca-trust, which \`trust extract-compat\` runs there, but a script of the tests with the same \`trust extract\` calls. */
const EXTRACT_COMPAT = `#!/bin/sh
set -eu
[ "$1" = extract-compat ]
DEST=$ROOT/etc/ca-certificates/extracted
export P11_KIT_NO_USER_CONFIG=1
/usr/bin/trust extract --overwrite --format=pem-bundle --filter=ca-anchors --purpose=server-auth "$DEST/tls-ca-bundle.pem"
/usr/bin/trust extract --overwrite --format=pem-bundle --filter=ca-anchors --purpose=email "$DEST/email-ca-bundle.pem"
/usr/bin/trust extract --overwrite --format=pem-bundle --filter=ca-anchors --purpose=code-signing "$DEST/objsign-ca-bundle.pem"
/usr/bin/trust extract --overwrite --format=openssl-bundle --filter=certificates "$DEST/ca-bundle.trust.crt"
/usr/bin/trust extract --overwrite --format=edk2-cacerts --filter=ca-anchors --purpose=server-auth "$DEST/edk2-cacerts.bin"
/usr/bin/trust extract --overwrite --format=pem-directory-hash --filter=ca-anchors --purpose=server-auth "$DEST/cadir"
mkdir -p "$ROOT/etc/ssl/certs"
ln -fsr "$DEST/tls-ca-bundle.pem" "$ROOT/etc/ssl/cert.pem"
ln -fsr "$DEST/tls-ca-bundle.pem" "$ROOT/etc/ssl/certs/ca-certificates.crt"
`;

export const ARCH: P11TestSystem = {
  osRelease: 'ID=arch\nPRETTY_NAME="Arch Linux"\n',
  sources: ['/etc/ca-certificates/trust-source', '/usr/share/ca-certificates/trust-source'],
  directories: ['/etc/ca-certificates/extracted'],
  tool: '/usr/bin/trust',
  script: EXTRACT_COMPAT,
};
