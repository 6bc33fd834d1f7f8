import { SECTION_NAMES, type KnownSectionName } from '@trustfleet/protocol';
import { z } from 'zod';
import type { SectionReading } from './scan-result.ts';

/*
 * What the process that scans tells the service: one line of JSON, then the DER of each certificate that the line names, one after
 * the other. Both ends are the same program; the schema is there for a process that was cut off or printed something else.
 */

const head = z.strictObject({
  format: z.literal(1),
  readings: z.array(
    z.strictObject({
      name: z.enum(SECTION_NAMES),
      encoded: z.strictObject({ digest: z.string(), body: z.string() }).nullable(),
      failed: z.boolean(),
      problems: z.array(z.string()),
      /** SHA-256, each among `certificates`. */
      certificates: z.array(z.string()),
      watch: z.array(z.string()),
    }),
  ),
  /** SHA-256 and length of each DER that follows. */
  certificates: z.array(z.tuple([z.string(), z.int().nonnegative()])),
  /** For the next scan, which is another process: the service hands it back unread. */
  facts: z.unknown(),
});

/** One scan as it passes between the two processes. */
export interface ScanFrame {
  readonly readings: ReadonlyMap<KnownSectionName, SectionReading>;
  readonly facts: unknown;
}

const NEWLINE = 0x0a;

export function writeScanFrame({ readings, facts }: ScanFrame): Buffer[] {
  const certificates = new Map([...readings.values()].flatMap((reading) => [...reading.certificates]));
  const line: z.input<typeof head> = {
    format: 1,
    readings: [...readings].map(([name, { encoded, failed, problems, certificates: named, watch }]) => ({
      ...{ name, encoded, failed, problems: [...problems], watch: [...watch] },
      certificates: [...named.keys()],
    })),
    certificates: [...certificates].map(([sha256, der]) => [sha256, der.length]),
    facts,
  };
  return [
    Buffer.from(`${JSON.stringify(line)}\n`),
    ...[...certificates.values()].map((der) => Buffer.from(der)),
  ];
}

/** Throws an Error that says what does not fit. Answers nothing that keeps `bytes` alive. */
export function readScanFrame(bytes: Uint8Array): ScanFrame {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) throw new Error(`its answer has no end (${bytes.length} bytes)`);
  const { readings, certificates, facts } = head.parse(
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8')),
  );
  const ders = cut(new Uint8Array(bytes.subarray(end + 1)), certificates);
  const der = (sha256: string): [string, Uint8Array] => {
    const found = ders.get(sha256);
    if (found === undefined) throw new Error(`its answer lacks the certificate ${sha256.slice(0, 64)}`);
    return [sha256, found];
  };
  return {
    readings: new Map(
      readings.map(({ name, certificates: named, ...rest }) => [
        name,
        { ...rest, certificates: new Map(named.map(der)) },
      ]),
    ),
    facts,
  };
}

function cut(bytes: Uint8Array, lengths: readonly (readonly [string, number])[]): Map<string, Uint8Array> {
  const ders = new Map<string, Uint8Array>();
  let at = 0;
  for (const [sha256, length] of lengths) {
    ders.set(sha256, bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw new Error(`its answer has ${bytes.length} bytes of certificates, not ${at}`);
  return ders;
}
