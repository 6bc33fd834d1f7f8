import { clip, type BundleFile } from '@trustfleet/protocol';
import type { BundleCertificate, BundleDuplicate } from './types.ts';
import { sha256Hex } from './encoding.ts';
import { parseBundleOnce } from './parse-once.ts';

/** What became of opening a file: its bytes, or why there are none. Whoever opens files makes it (libs/host). */
export type BundleRead =
  | {
      readonly state: 'read';
      readonly bytes: Uint8Array;
      readonly size: number;
      readonly realPath: string | null;
    }
  | {
      readonly state: 'missing' | 'unreadable' | 'notRegularFile' | 'tooLarge';
      readonly detail: string;
      readonly size: number | null;
      readonly realPath: string | null;
    };

export interface DescribedBundle {
  readonly file: BundleFile;
  readonly certificates: readonly BundleCertificate[];
  /** The first 100 certificates that stand in it again; harmless, so no problem of the file. */
  readonly duplicates: readonly BundleDuplicate[];
}

/** Limits of the protocol's `bundleFile` and `bundleProblem`. */
const LIMITS = { text: 512, anchors: 5000, problems: 100 } as const;

/** What one PEM file holds: digest, counts, certificates and where it is broken; nothing else of its content. */
export function describeBundle(path: string, read: BundleRead): DescribedBundle {
  const { realPath, size } = read;
  if (read.state !== 'read') {
    const nothing = { sha256: null, anchors: [], problems: [], opensslAccepts: false };
    return {
      file: { path, realPath, size, state: read.state, detail: clip(read.detail, LIMITS.text), ...nothing },
      certificates: [],
      duplicates: [],
    };
  }
  const sha256 = sha256Hex(read.bytes);
  const { state, anchors, problems, opensslAccepts, certificates, duplicates } = parseBundleOnce(
    read.bytes,
    sha256,
  );
  const file: BundleFile = {
    path,
    realPath,
    size,
    state,
    detail: null,
    sha256,
    anchors: anchors.slice(0, LIMITS.anchors),
    problems: problems
      .slice(0, LIMITS.problems)
      .map(({ line, reason }) => ({ line, reason: clip(reason, LIMITS.text) })),
    opensslAccepts,
  };
  return { file, certificates, duplicates };
}
