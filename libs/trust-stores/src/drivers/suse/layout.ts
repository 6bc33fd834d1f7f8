import { p11Layout, type P11Layout } from '../../p11-kit/layout.ts';

/** SLES, Leap, Tumbleweed, MicroOS (trust-stores.md §6.1; update-ca-certificates(8) of SUSE, which is p11-kit's and not Debian's). */
export function suseLayout(root: string): P11Layout {
  return p11Layout({
    driver: 'suse',
    root,
    source: '/etc/pki/trust',
    vendorSource: '/usr/share/pki/trust',
    bundle: '/var/lib/ca-certificates/ca-bundle.pem',
    copies: ['/etc/ssl/ca-bundle.pem'],
    hashed: '/var/lib/ca-certificates/pem',
    outputs: ['/var/lib/ca-certificates'],
    extension: '.pem',
    command: ['/usr/sbin/update-ca-certificates'],
    package: 'ca-certificates',
  });
}
