import { p11Layout, type P11Layout } from '../../p11-kit/layout.ts';

/**
 * RHEL, Rocky, Alma, CentOS Stream, Fedora, Oracle, Amazon Linux (trust-stores.md §6.1; update-ca-trust(8)). The tool is named by /usr/bin,
 * where /bin leads too. `copies`: Fedora 43 and 44 dropped some of these.
 */
export function rhelLayout(root: string): P11Layout {
  const extracted = '/etc/pki/ca-trust/extracted';
  return p11Layout({
    driver: 'rhel',
    root,
    source: '/etc/pki/ca-trust/source',
    vendorSource: '/usr/share/pki/ca-trust-source',
    bundle: `${extracted}/pem/tls-ca-bundle.pem`,
    copies: ['/etc/pki/tls/certs/ca-bundle.crt', '/etc/pki/tls/cert.pem', '/etc/ssl/cert.pem'],
    hashed: `${extracted}/pem/directory-hash`,
    outputs: [`${extracted}/pem`],
    extension: '.pem',
    command: ['/usr/bin/update-ca-trust', 'extract'],
    package: 'ca-certificates',
  });
}
