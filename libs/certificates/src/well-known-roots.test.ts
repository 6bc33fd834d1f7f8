import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describeCertificate, inspectAnchor, pemToDer, WELL_KNOWN_ROOTS } from './index.ts';

/** The table of trust-stores.md §10 and the SPKI hashes beside its roots, written down here a second time. */
const TABLE = [
  {
    name: 'Amazon Root CA 1',
    sha1: '8DA7F965EC5EFC37910F1C6E59FDC1CC6A6EDE16',
    sha256: '8ECDE6884F3D87B1125BA31AC3FCB13D7016DE7F57CC904FE1CB97C6AE98196E',
    notAfter: '2038-01-17T00:00:00.000Z',
    key: 'rsa 2048',
    serial: '066C9FCF99BF8C0A39E2F0788A43E696365BCA',
  },
  {
    name: 'Amazon Root CA 2',
    sha1: '5A8CEF45D7A69859767A8C8B4496B578CF474B1A',
    sha256: '1BA5B2AA8C65401A82960118F80BEC4F62304D83CEC4713A19C39C011EA46DB4',
    notAfter: '2040-05-26T00:00:00.000Z',
    key: 'rsa 4096',
    serial: '066C9FD29635869F0A0FE58678F85B26BB8A37',
  },
  {
    name: 'Amazon Root CA 3',
    sha1: '0D44DD8C3C8C1A1A58756481E90F2E2AFFB3D26E',
    sha256: '18CE6CFE7BF14E60B2E347B8DFE868CB31D02EBB3ADA271569F50343B46DB3A4',
    notAfter: '2040-05-26T00:00:00.000Z',
    key: 'ec 256',
    serial: '066C9FD5749736663F3B0B9AD9E89E7603F24A',
  },
  {
    name: 'Amazon Root CA 4',
    sha1: 'F6108407D6F8BB67980CC2E244C2EBAE1CEF63BE',
    sha256: 'E35D28419ED02025CFA69038CD623962458DA5C695FBDEA3C22B0BFB25897092',
    notAfter: '2040-05-26T00:00:00.000Z',
    key: 'ec 384',
    serial: null,
  },
  {
    name: 'Starfield Services Root Certificate Authority - G2',
    sha1: '925A8F8D2C6D04E0665F596AFF22D863E8256F3F',
    sha256: '568D6905A2C88708A4B3025190EDCFEDB1974A606A13C6E5290FCB2AE63EDAB5',
    notAfter: '2037-12-31T23:59:59.000Z',
    key: 'rsa 2048',
    serial: '00',
  },
];

describe('WELL_KNOWN_ROOTS', () => {
  it('are the five that amazontrust.com recommends', () => {
    expect(WELL_KNOWN_ROOTS.map(({ name }) => name)).toEqual(TABLE.map(({ name }) => name));
  });

  it.each(TABLE)('$name is the certificate of the table', ({ name, sha1, sha256, notAfter, key, serial }) => {
    const root = WELL_KNOWN_ROOTS.find((candidate) => candidate.name === name)!;
    const facts = describeCertificate(pemToDer(root.pem));

    expect([root.sha1, facts.sha1]).toEqual([sha1, sha1]);
    expect([root.sha256, facts.sha256]).toEqual([sha256.toLowerCase(), sha256.toLowerCase()]);
    expect(facts.notAfter.toISOString()).toBe(notAfter);
    expect(`${facts.keyType} ${facts.keyBits}`).toBe(key);
    expect(facts.commonName).toBe(name);
    if (serial !== null) expect(facts.serial).toBe(serial);
    // And as Node says it, by a way that is not ours.
    const node = new X509Certificate(root.pem);
    expect(node.fingerprint256.replaceAll(':', '')).toBe(sha256);
    expect(node.fingerprint.replaceAll(':', '')).toBe(sha1);
  });

  it.each(WELL_KNOWN_ROOTS)(
    '$name may become an anchor, and is written as toPem writes',
    ({ pem, sha256 }) => {
      const { certificate, refusals } = inspectAnchor(pem, new Date('2026-11-22T00:00:00Z'));

      expect(refusals).toEqual([]);
      expect(certificate?.sha256).toBe(sha256);
      expect(certificate?.pem).toBe(pem);
    },
  );
});
