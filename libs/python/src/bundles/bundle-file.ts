import { parseBundle, sha256Hex } from '@trustfleet/certificates';
import type { BundleFile } from '@trustfleet/protocol';
import type { PythonFileRead } from '../ports.ts';
import { clip } from '../clip.ts';

export interface ReadBundle {
  readonly file: BundleFile;
  readonly certificates: readonly { readonly sha256: string; readonly der: Uint8Array }[];
}

/** What one PEM file holds: digest, counts, certificates and where it is broken; nothing else of its content. */
export function describeBundle(path: string, read: PythonFileRead): ReadBundle {
  if (read.state !== 'read') {
    const nothing = { sha256: null, anchors: [], problems: [], opensslAccepts: false };
    return {
      file: {
        path,
        realPath: read.realPath,
        state: read.state,
        detail: clip(read.detail, 512),
        size: read.size,
        ...nothing,
      },
      certificates: [],
    };
  }
  const parsed = parseBundle(read.bytes);
  const file: BundleFile = {
    path,
    realPath: read.realPath,
    state: parsed.state,
    detail: null,
    sha256: sha256Hex(read.bytes),
    size: read.size,
    anchors: parsed.anchors.slice(0, 5000),
    problems: parsed.problems
      .slice(0, 100)
      .map((problem) => ({ line: problem.line, reason: clip(problem.reason, 512) })),
    opensslAccepts: parsed.opensslAccepts,
  };
  return { file, certificates: parsed.certificates };
}
