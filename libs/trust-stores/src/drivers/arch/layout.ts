import { p11Layout, type P11Layout } from '../../p11-kit/layout.ts';

/** Arch, Manjaro, EndeavourOS (trust-stores.md §6.1; update-ca-trust(8), which `trust extract-compat` runs). */
export function archLayout(root: string): P11Layout {
  return p11Layout({
    driver: 'arch',
    root,
    source: '/etc/ca-certificates/trust-source',
    vendorSource: '/usr/share/ca-certificates/trust-source',
    bundle: '/etc/ca-certificates/extracted/tls-ca-bundle.pem',
    copies: ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem'],
    hashed: '/etc/ca-certificates/extracted/cadir',
    outputs: ['/etc/ca-certificates/extracted'],
    extension: '.crt',
    command: ['/usr/bin/trust', 'extract-compat'],
    package: 'ca-certificates-utils',
  });
}
