import { isAtLeast, isBefore } from '../version-number.ts';
import type { ApiEra, Era, TrustOrder, TrustOrderOf } from './types.ts';

const ARGUMENT = 'argument';
const VARIABLE = 'env:SHOTGUN_API_CACERTS';
const LOCATER = 'module:ca_certs_locater';
const PYTHON = 'python';
export const CERTIFI = 'lib/certifi/cacert.pem';

/** Which of its CA files the httplib2 that a copy brings falls back on, below `shotgun_api3/` (shotgrid.md §1.2). */
export function httplib2Bundle(version: readonly number[], pythonMajor: 2 | 3): string {
  const split = isAtLeast(version, [3, 1, 0]) && isBefore(version, [3, 9, 0]);
  return split ? `lib/httplib2/python${pythonMajor}/cacerts.txt` : 'lib/httplib2/cacerts.txt';
}

/** Where `certs.where()` of the httplib2 that a copy brings looks (0.12 and later, hence from 3.0.38). */
export function httplib2Order(version: readonly number[], pythonMajor: 2 | 3): readonly string[] {
  return [
    'env:HTTPLIB2_CA_CERTS',
    LOCATER,
    'module:certifi',
    `bundle:${httplib2Bundle(version, pythonMajor)}`,
  ];
}

/** shotgrid.md §1.4, the table, and §2.5 for the cores that decide themselves. */
export const trustOrder: TrustOrderOf = (judged, pythonMajor) => {
  const { era, version } = judged;
  if (era === null || version === null) return { crud: null, form: null, s3: null };
  if (judged.coreDecides) {
    const own = [`bundle:${CERTIFI}`];
    return { crud: own, form: own, s3: own };
  }
  return orders(era, { ...judged, version, pythonMajor });
};

interface Copy extends ApiEra {
  readonly version: readonly [number, number, number];
  readonly pythonMajor: 2 | 3;
}

function orders(era: Era, copy: Copy): TrustOrder {
  const bundle = `bundle:${httplib2Bundle(copy.version, copy.pythonMajor)}`;
  const certifi = [ARGUMENT, VARIABLE, `bundle:${CERTIFI}`];
  const uploads = [ARGUMENT, VARIABLE, PYTHON];
  const located = [ARGUMENT, VARIABLE, LOCATER, bundle];
  const chained = [ARGUMENT, VARIABLE, ...httplib2Order(copy.version, copy.pythonMajor)];
  const python = [PYTHON];
  // Uploads to S3 came within E4, with 3.0.33.
  const s3 = isAtLeast(copy.version, [3, 0, 33]) ? python : null;
  const table: Readonly<Record<Era, TrustOrder>> = {
    E0: { crud: python, form: python, s3: null },
    E1: { crud: [bundle], form: python, s3: null },
    E2: { crud: [ARGUMENT, bundle], form: python, s3: null },
    E3: { crud: [ARGUMENT, VARIABLE, bundle], form: python, s3: null },
    E4: { crud: located, form: python, s3 },
    E5: { crud: located, form: uploads, s3: python },
    E6: { crud: chained, form: uploads, s3: python },
    E7: { crud: chained, form: uploads, s3: uploads },
    E8: { crud: certifi, form: certifi, s3: certifi },
    E9: { crud: certifi, form: python, s3: python },
    E10: { crud: certifi, form: certifi, s3: certifi },
  };
  return table[era];
}
