import { isBefore } from '../version-number.ts';
import { bundleOfPackage } from './hooks.ts';
import { httplib2ImportFailure, httplib2Rungs, locaterRung } from './httplib2-chain.ts';
import {
  argumentRungs,
  byFile,
  inquire,
  libraryOf,
  NO_FACTS,
  packageVersion,
  type Inquiry,
} from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { searchInPython } from './python-client.ts';
import { ended, firstThatIsThere, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step } from './step.ts';
import type { ResolveSource } from './types.ts';

/** python-tls.md §4, row "httplib2". Its context is a bare one, never strict (§3, 3.13). */
export const httplib2: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const version = packageVersion(python, 'httplib2');
  return sourceOf(
    inquiry,
    searchInPython(inquiry, () => search(inquiry, version)),
    {
      ...libraryOf(python, 'httplib2'),
      openssl: pythonProfile(python, false),
      // Before 0.12.0 it names no server (shotgrid.md §1.6, 3.0.38).
      sendsName: !isBefore(version, [0, 12]),
    },
  );
};

function search(inquiry: Inquiry, version: readonly number[]): Found {
  const own = ownRung(inquiry);
  // 0.7 – 0.11 know no variable and no certifi (shotgrid.md §1.4, E4).
  if (isBefore(version, [0, 12]))
    return firstThatIsThere([...argumentRungs(inquiry, 'ca_certs'), locaterRung(inquiry), own]);
  const failure = httplib2ImportFailure(inquiry);
  return failure ?? firstThatIsThere([...argumentRungs(inquiry, 'ca_certs'), ...httplib2Rungs(inquiry, own)]);
}

function ownRung(inquiry: Inquiry): Rung {
  const at = place('bundle', { name: 'httplib2', value: bundleOfPackage(inquiry, 'httplib2') });
  if (at.value !== null) return { place: at, look: () => byFile(inquiry, at, { used: 'ownBundle' }) };
  return { place: at, look: () => found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS)) };
}
