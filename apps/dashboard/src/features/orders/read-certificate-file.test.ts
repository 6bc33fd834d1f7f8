import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { describe, expect, it } from 'vitest';
import { certificateText, MAX_PEM_BYTES } from './read-certificate-file.ts';

const [root] = WELL_KNOWN_ROOTS;

describe('certificateText', () => {
  it('wraps DER into PEM that is the same certificate', () => {
    const der = pemToDer(root!.pem);
    const result = certificateText(der);

    expect(result.kind).toBe('text');
    expect(Buffer.from(pemToDer((result as { pem: string }).pem))).toEqual(Buffer.from(der));
  });

  it('takes PEM as it stands', () => {
    expect(certificateText(new TextEncoder().encode(root!.pem))).toEqual({ kind: 'text', pem: root!.pem });
  });

  it('reads PEM that PowerShell wrote as UTF-16', () => {
    const result = certificateText(new Uint8Array(Buffer.from(`\ufeff${root!.pem}`, 'utf16le')));

    expect(result).toEqual({ kind: 'text', pem: root!.pem });
  });

  it('refuses what is larger than the API takes', () => {
    expect(certificateText(new Uint8Array(MAX_PEM_BYTES + 1))).toEqual({ kind: 'tooLarge' });
  });

  it('refuses DER whose PEM would be too large', () => {
    expect(
      certificateText(
        Uint8Array.from({ length: MAX_PEM_BYTES - 10 }, (_, index) => [0x30, 0x83][index] ?? 0),
      ),
    ).toEqual({ kind: 'tooLarge' });
  });
});
