import { createFactsCache } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import { createTrustStores } from '@trustfleet/trust-stores';
import { inertJson } from '../report/inert-json.ts';
import { renderDiff } from '../report/render-diff.ts';
import { type DiffRow, type DiffSide, diffStores, isSame, type StoreDiff } from '../report/store-diff.ts';
import { openSide } from './store-sides.ts';
import { anchorJson } from './stores.ts';

export interface StoresDiffOptions {
  readonly json: boolean;
  readonly root: string;
  readonly a: string;
  readonly b: string;
}

/** Compares two stores and prints what differs. Resolves with the exit code: 0 the same, 1 different. */
export async function storesDiffCommand(
  options: StoresDiffOptions,
  output: NodeJS.WritableStream,
): Promise<0 | 1> {
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const stores = createTrustStores(createHost(), { root: options.root });
  const sources = { stores, catalogue, cache: createFactsCache() };
  const a = await openSide(options.a, sources);
  const b = await openSide(options.b, sources);
  const diff = diffStores(a, b);
  output.write(options.json ? inertJson(diffJson(a, b, diff)) : renderDiff({ a, b, diff, now: new Date() }));
  return isSame(diff) ? 0 : 1;
}

function diffJson(a: DiffSide, b: DiffSide, diff: StoreDiff): object {
  const all = (rows: readonly DiffRow[]): object[] => rows.map(anchorJson);
  return {
    a: { label: a.label, problems: a.problems },
    b: { label: b.label, problems: b.problems },
    same: isSame(diff),
    onlyInA: all(diff.onlyInA),
    onlyInB: all(diff.onlyInB),
    sameKey: diff.sameKey.map(({ spkiSha256, inA, inB }) => ({ spkiSha256, inA: all(inA), inB: all(inB) })),
    trustDiffers: diff.trustDiffers.map(({ inA, inB }) => ({
      sha256: inA.sha256,
      inA: anchorJson(inA),
      inB: anchorJson(inB),
    })),
  };
}
