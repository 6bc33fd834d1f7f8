import type { SectionDigests } from '@trustfleet/protocol';
import type { InventorySection } from './types.ts';

/** The newest inventory; older ones are of no interest to anybody. */
export class Inventory {
  sections: ReadonlyMap<string, InventorySection> = new Map();
  /** RFC 3339; undefined before the first scan. */
  scannedAt: string | undefined;

  set(sections: ReadonlyMap<string, InventorySection>, scannedAt: string): void {
    this.sections = new Map(sections);
    this.scannedAt = scannedAt;
  }

  digests(): SectionDigests {
    return Object.fromEntries([...this.sections].map(([name, { digest }]) => [name, digest]));
  }
}
