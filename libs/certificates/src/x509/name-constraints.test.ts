import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CertificateParseError,
  children,
  describeCertificate,
  encoded,
  pemToDer,
  readCertificateFields,
  readElement,
  WELL_KNOWN_ROOTS,
} from '../index.ts';
import { selfSigned } from '../testing/openssl-certificate.ts';
import { nameConstraintsOf } from './name-constraints.ts';

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const constrained = (value: string): Uint8Array => selfSigned(EC, '-addext', `nameConstraints=${value}`);
let studio: Uint8Array;
beforeAll(() => {
  studio = constrained('critical,permitted;DNS:.studio.example,excluded;DNS:secret.studio.example');
});

describe('nameConstraints', () => {
  it('is null for a certificate that may vouch for any name', () => {
    for (const { pem } of WELL_KNOWN_ROOTS)
      expect(describeCertificate(pemToDer(pem)).nameConstraints).toBeNull();
  });

  it('says what it may vouch for and what not', () => {
    expect(describeCertificate(studio).nameConstraints).toEqual({
      permitted: ['DNS:.studio.example'],
      excluded: ['DNS:secret.studio.example'],
      readable: true,
    });
  });

  it.each([
    ['permitted;IP:10.0.0.0/255.0.0.0', 'IP:10.0.0.0/255.0.0.0'],
    ['permitted;IP:2001:db8::/ffff:ffff::', 'IP:2001:db8:0:0:0:0:0:0/ffff:ffff:0:0:0:0:0:0'],
    ['permitted;email:studio.example', 'email:studio.example'],
    ['permitted;URI:.studio.example', 'URI:.studio.example'],
    ['permitted;RID:1.2.3', 'other:2a03'],
  ])('%s', (value, shown) => {
    expect(describeCertificate(constrained(value)).nameConstraints).toEqual({
      permitted: [shown],
      excluded: [],
      readable: true,
    });
  });

  it('names are hostile text: nothing in them steers', () => {
    const der = Buffer.from(studio);
    const at = der.indexOf('.studio.example');
    der.write('\u001b[2J\r\n', at, 'latin1');

    expect(describeCertificate(der).nameConstraints?.permitted).toEqual([
      'DNS:\ufffd[2J\ufffd\ufffdo.example',
    ]);
  });

  it('damaged, leaves the certificate readable and says so', () => {
    const der = Buffer.from(studio);
    // One byte more than there is, in the length of the first subtree's name.
    const at = der.indexOf('.studio.example');
    der[at - 1] = 0x7f;

    expect(describeCertificate(der).nameConstraints).toEqual({
      permitted: [],
      excluded: [],
      readable: false,
    });
  });

  it('any damage of the certificate is answered, or refused in our own words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (places) => {
        const der = new Uint8Array(studio);
        for (const [at, value] of places) der[at % der.length] = value;
        try {
          const found = nameConstraintsOf(readCertificateFields(der).extensions);
          for (const name of [...(found?.permitted ?? []), ...(found?.excluded ?? [])])
            expect(name).not.toMatch(/\p{Cc}/u);
        } catch (error) {
          if (!(error instanceof CertificateParseError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('reads a directory name in the certificate’s order', () => {
    // The subject of a root as the permitted directory name: [0] { SEQUENCE { [4] { Name } } }.
    const { subject } = readCertificateFields(pemToDer(WELL_KNOWN_ROOTS[0]!.pem));
    const wrap = (tag: number, body: Uint8Array) => Buffer.concat([Uint8Array.of(tag, body.length), body]);
    const constraints = wrap(0x30, wrap(0xa0, wrap(0x30, wrap(0xa4, encoded(subject)))));
    const identifier = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x1e);
    const extension = wrap(0x30, Buffer.concat([identifier, wrap(0x04, constraints)]));
    const list = readElement(wrap(0xa3, wrap(0x30, extension)), 0);

    expect(children(list)).toHaveLength(1);
    expect(nameConstraintsOf(list)?.permitted).toEqual(['DirName:C=US, O=Amazon, CN=Amazon Root CA 1']);
  });
});
