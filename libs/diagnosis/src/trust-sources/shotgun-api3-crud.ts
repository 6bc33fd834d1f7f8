import { apiSource } from './api-source.ts';
import type { ResolveSource } from './types.ts';

/** Every JSON call and the login: `_get_connection()` → the httplib2 that the copy brings (shotgrid.md §1.3). */
export const shotgunApi3Crud: ResolveSource = (consumer, facts) => apiSource(consumer, facts, 'crud');
