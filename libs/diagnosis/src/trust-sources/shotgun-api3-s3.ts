import { apiSource } from './api-source.ts';
import type { ResolveSource } from './types.ts';

/** Direct uploads to S3: `_upload_data_to_storage` → urllib (shotgrid.md §1.3). */
export const shotgunApi3S3: ResolveSource = (consumer, facts) => apiSource(consumer, facts, 's3');
