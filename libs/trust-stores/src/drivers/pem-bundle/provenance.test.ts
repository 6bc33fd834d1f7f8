import { describe, expect, it } from 'vitest';
import { bundleProvenance, whyNotOurs } from './provenance.ts';

describe('bundleProvenance', () => {
  it.each([
    ['/opt/venv/lib/python3.11/site-packages/certifi/cacert.pem', { kind: 'package', package: 'certifi' }],
    [
      '/opt/venv/lib/python3.11/site-packages/pip/_vendor/certifi/cacert.pem',
      { kind: 'package', package: 'pip' },
    ],
    ['C:\\Python27\\Lib\\site-packages\\httplib2\\cacerts.txt', { kind: 'package', package: 'httplib2' }],
    ['/tools/shotgun_api3/lib/httplib2/python3/cacerts.txt', { kind: 'package', package: 'shotgun_api3' }],
    ['/tools/shotgun_api3/lib/certifi/cacert.pem', { kind: 'package', package: 'shotgun_api3' }],
    ['/usr/lib/python3/dist-packages/certifi/cacert.pem', { kind: 'package', package: 'certifi' }],
    ['/x/site-packages/grpc/_cython/_credentials/roots.pem', { kind: 'package', package: 'grpc' }],
    ['/opt/miniconda3/envs/py/ssl/cacert.pem', { kind: 'package', package: 'ca-certificates of conda' }],
    ['/etc/ssl/certs/ca-certificates.crt', { kind: 'operatingSystem' }],
    ['/etc/pki/tls/certs/ca-bundle.crt', { kind: 'operatingSystem' }],
    ['/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', { kind: 'operatingSystem' }],
    ['/var/lib/ca-certificates/ca-bundle.pem', { kind: 'operatingSystem' }],
    ['/usr/share/ca-certificates/mozilla/x.crt', { kind: 'operatingSystem' }],
    ['/srv/certifi-backup/cacert.pem', { kind: 'plain' }],
    ['/etc/ssl/studio.pem', { kind: 'plain' }],
    ['/home/ann/ca.pem', { kind: 'plain' }],
  ])('%s', (path, provenance) => {
    expect(bundleProvenance([path])).toEqual(provenance);
    expect(whyNotOurs(bundleProvenance([path])) === null).toBe(provenance.kind === 'plain');
  });

  it('goes by where a link leads as well, and by the variables last', () => {
    expect(bundleProvenance(['/srv/ca.pem', '/etc/ssl/certs/ca-certificates.crt'])).toEqual({
      kind: 'operatingSystem',
    });
    expect(bundleProvenance(['/srv/ca.pem'], ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'])).toEqual({
      kind: 'variable',
      variables: ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
    });
    expect(bundleProvenance(['/x/certifi/cacert.pem'], ['SSL_CERT_FILE'])).toMatchObject({ kind: 'package' });
  });
});
