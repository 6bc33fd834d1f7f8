import { SECTION_NAMES, type KnownSectionName } from '@trustfleet/protocol';
import type { InventoryCollector, ScanResult } from './scan-result.ts';

/** Scans one after the other; requests that come while one runs share the next. */
export interface Scanner {
  /** Resolves when a scan that began after this call has been handed on. */
  scan(names?: readonly KnownSectionName[]): Promise<ScanResult>;
  last(): ScanResult | null;
  /** Resolves when no scan runs. */
  settled(): Promise<void>;
}

export function createScanner(
  collector: InventoryCollector,
  onResult: (result: ScanResult) => void | Promise<void>,
): Scanner {
  let last: ScanResult | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let next: { readonly names: Set<KnownSectionName>; readonly result: Promise<ScanResult> } | null = null;
  const perform = async (names: ReadonlySet<KnownSectionName>): Promise<ScanResult> => {
    const result = await collector.collect([...names]);
    last = result;
    await onResult(result);
    return result;
  };
  return {
    scan(names = SECTION_NAMES) {
      if (next !== null) {
        for (const name of names) next.names.add(name);
        return next.result;
      }
      const wanted = new Set(names);
      const result = running.then(() => {
        next = null;
        return perform(wanted);
      });
      next = { names: wanted, result };
      // The failure is for who asked (and is reported there); the next scan does not depend on it.
      running = result.catch(() => undefined);
      return result;
    },
    last: () => last,
    async settled() {
      await running;
    },
  };
}
