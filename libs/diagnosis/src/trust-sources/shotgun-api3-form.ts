import { apiSource } from './api-source.ts';
import type { ResolveSource } from './types.ts';

/** Uploads to the site, downloads, thumbnails: `_build_opener` → urllib (shotgrid.md §1.3). */
export const shotgunApi3Form: ResolveSource = (consumer, facts) => apiSource(consumer, facts, 'form');
