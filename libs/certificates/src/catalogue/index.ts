import { buildCatalogue } from './build-catalogue.ts';
import data from './roots.json' with { type: 'json' };
import type { RootCatalogue } from './root-catalogue.ts';

/**
 * Every root that was ever in certifi. An entry of its own (`@trustfleet/certificates/catalogue`), some 100 KiB: whoever rests most of
 * the time loads it with `import()` when it is asked for.
 */
export const ROOT_CATALOGUE: RootCatalogue = buildCatalogue(data);
export type * from './root-catalogue.ts';
