import type { Consumer, ResolvedSource } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { serverName } from '../shotgun-api/server-name.ts';
import type { ApiPath } from '../shotgun-api/types.ts';
import { isAtLeast, versionNumber } from '../version-number.ts';
import { searchByEra } from './api-search.ts';
import { inquire } from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { sourceOf } from './source-of.ts';

/** One of the API's three paths as a trust source. */
export function apiSource(consumer: Consumer, facts: DiagnosisFacts, path: ApiPath): ResolvedSource {
  const inquiry = inquire(consumer, facts);
  const result = searchByEra(inquiry, path);
  const { api, python } = inquiry.consumer;
  const version = versionNumber(api?.version ?? null);
  const byDefault = result.end.byDefaultContext;
  // From 3.9.0 uploads make their context with create_default_context(cafile=), strict on 3.13; calls never do (python-tls.md §3).
  const strict = byDefault || (path !== 'crud' && isAtLeast(version, [3, 9, 0]));
  return sourceOf(inquiry, result, {
    install: api?.location ?? null,
    version: api?.version ?? null,
    openssl: pythonProfile(python, strict),
    ...serverName(version, path, !byDefault),
  });
}
