import { eraOf } from '../shotgun-api/eras.ts';
import { importable } from '../shotgun-api/importable.ts';
import { CERTIFI, httplib2Bundle, trustOrder } from '../shotgun-api/trust-order.ts';
import type { ApiEra, ApiPath } from '../shotgun-api/types.ts';
import { isAtLeast, isBefore, versionNumber, type VersionNumber } from '../version-number.ts';
import { apiUploadError } from './api-upload-error.ts';
import { isInsideZip } from './file-problem.ts';
import {
  certifiRung,
  httplib2ImportFailure,
  httplib2Rungs,
  httplib2VariableRung,
  locaterRung,
} from './httplib2-chain.ts';
import {
  argumentRungs,
  byFile,
  NO_FACTS,
  valueOf,
  variable,
  variableRung,
  type FileWay,
  type Inquiry,
} from './inquiry.ts';
import { passedBy } from './passed-by.ts';
import { pythonDefault } from './python-default.ts';
import { notImportable, searchInPython, withoutSsl } from './python-client.ts';
import { ended, firstThatIsThere, found, withAnchors, type Found, type Rung } from './search.ts';
import { place, step, type Place } from './step.ts';
import type { ShotgunApi } from '@trustfleet/protocol';

/** One path of one copy of the API, judged. */
export interface ApiCase extends Inquiry {
  readonly api: ShotgunApi;
  readonly judged: ApiEra & { readonly version: readonly [number, number, number] };
  readonly path: ApiPath;
}

const VARIABLE = 'SHOTGUN_API_CACERTS';
const NO_COPY = 'No copy of shotgun_api3 is known for it';

/** shotgrid.md §1.4, row by row: the order of the era, then what an empty or bad value does to it. */
export function searchByEra(inquiry: Inquiry, path: ApiPath): Found {
  const { api } = inquiry.consumer;
  if (api === null)
    return found(
      step(place('package', { name: 'shotgun_api3' }), 'failed', 'factsMissing'),
      ended('unknown', NO_COPY),
    );
  const judged = eraOfCopy(inquiry, api);
  const { version } = judged;
  const order = trustOrder(judged, isBefore(inquiry.python, [3]) ? 2 : 3)[path];
  if (order === null || version === null)
    return found(
      step(place('package', { name: 'shotgun_api3' }), 'failed', 'factsMissing'),
      ended('unknown', withoutOrder(judged)),
    );
  const at: ApiCase = { ...inquiry, api, judged: { ...judged, version }, path };
  // Without ssl the import fails first of all.
  const failure = withoutSsl(inquiry) ?? importFailure(at);
  return failure ?? withoutSha2(at) ?? searchInPython(inquiry, () => byOrder(at, order));
}

/** Before 0.9.8 OpenSSL knows no SHA-2, with which every certificate of today is signed. */
const SHA_2: VersionNumber = [0, 9, 8];

/** §1.4, last point: calls of 3.0.25 – 3.8.5 then switch verification off by themselves; uploads go on as they are. */
function withoutSha2(at: ApiCase): Found | null {
  const { consumer, judged, path } = at;
  const openssl = consumer.python?.ssl?.versionInfo ?? [];
  const falls = isAtLeast(judged.version, [3, 0, 25]) && isBefore(judged.version, [3, 9, 0]);
  if (path !== 'crud' || !falls || !isBefore(openssl, SHA_2)) return null;
  if (valueOf(at, 'SHOTGUN_FORCE_CERTIFICATE_VALIDATION') !== undefined) return null;
  const here = place('package', { name: 'shotgun_api3', value: at.api.path });
  return found(step(here, 'used', 'withoutSha2'), ended('verificationOff', null));
}

/** A core's copy is judged together with its core. */
export function eraOfCopy({ facts }: Inquiry, api: ShotgunApi): ApiEra {
  const core = facts.sections.shotgrid.cores.find(({ path }) => path === api.core);
  return eraOf(api, core ?? null);
}

function withoutOrder({ era, reason }: ApiEra): string {
  return era === null ? reason : 'This version has no uploads to S3';
}

/** shotgrid.md §1.1, last paragraph; §1.4 on HTTPLIB2_CA_CERTS; §2.5 on Pythons that a core brings no zip for. */
function importFailure(at: ApiCase): Found | null {
  const { api, python, judged } = at;
  const here = place('package', { name: 'shotgun_api3', value: api.path });
  const feature = python.slice(0, 2).join('.');
  if (api.zipPython !== null && feature !== '' && api.zipPython !== feature)
    return notImportable(
      [here, 'failed', 'withoutFileForPython'],
      "ImportError: cannot import name 'shotgun_api3' from 'tank_vendor'",
    );
  const { ok, error } = importable(judged.version, python, valueOf(at, 'SHOTGUN_ALLOW_OLD_PYTHON') === '1');
  if (ok === false) return notImportable([here, 'failed', 'notImportable'], error);
  return isAtLeast(judged.version, [3, 0, 38]) ? httplib2ImportFailure(at) : null;
}

function byOrder(at: ApiCase, order: readonly string[]): Found {
  const way: FileWay = { error: (problem) => apiUploadError(problem, at) };
  if (at.judged.coreDecides)
    return passedBy(at, [VARIABLE], { found: ownBundle(at, CERTIFI, way), reason: 'ignoredByCore' });
  const setting = variable(at, VARIABLE);
  if (coreIsUnknown(at) && setting.value !== null)
    return found(step(setting, 'used', 'factsMissing'), ended('unknown', NO_CORE, VARIABLE));
  const rungs = order.flatMap((one) => rungOf(at, one, way));
  const searched = firstThatIsThere(rungs);
  const known = order.includes(`env:${VARIABLE}`);
  return known ? searched : passedBy(at, [VARIABLE], { found: searched, reason: 'ignoredByVersion' });
}

const NO_CORE = `Whether ${VARIABLE} counts depends on the version of the Toolkit core, which it does not state`;

/** Only cores from v0.23.7 on have a zip; one that says HEAD may be of those that ignore the variable (shotgrid.md §2.1, §2.5). */
function coreIsUnknown({ api, judged }: ApiCase): boolean {
  return api.form === 'zip' && !judged.coreDecides && !judged.emptyIsUnset;
}

function rungOf(at: ApiCase, one: string, way: FileWay): readonly Rung[] {
  if (one === 'argument') return argumentRungs(at, 'ca_certs', way);
  if (one === `env:${VARIABLE}`) return [settingRung(at, way)];
  if (one === 'env:HTTPLIB2_CA_CERTS') return [httplib2VariableRung(at)];
  if (one === 'module:ca_certs_locater') return [locaterRung(at)];
  if (one === 'module:certifi') return [certifiRung(at)];
  if (one === 'python') return [{ place: place('pythonDefault'), look: () => pythonDefault(at) }];
  return [rungOfOwn(at, one.slice('bundle:'.length), way)];
}

function rungOfOwn(at: ApiCase, below: string, way: FileWay): Rung {
  const own = ownPlace(at, below);
  return { place: own, look: () => ownBundle(at, below, way) };
}

function httplib2Of({ judged, python }: ApiCase): string {
  return httplib2Bundle(judged.version, isBefore(python, [3]) ? 2 : 3);
}

/** The file that the copy brings; a core with a zip unpacks it beside the zip (shotgrid.md §2.5). */
function ownPlace({ api }: ApiCase, below: string): Place {
  const ends = `/${below}`;
  const slashes = (path: string): string => path.replaceAll('\\', '/');
  const brought = api.bundles.filter(({ path }) => slashes(path).endsWith(ends));
  const onDisk = brought.find(({ path }) => !isInsideZip(path));
  return place('bundle', {
    name: below,
    value: onDisk?.path ?? brought[0]?.path ?? `${slashes(api.location)}${ends}`,
  });
}

function ownBundle(at: ApiCase, below: string, way: FileWay): Found {
  const own = ownPlace(at, below);
  const listed = at.api.bundles.find(({ path }) => path === own.value);
  const direct = byFile(at, own, { used: 'ownBundle', ...way });
  if (direct.end.state !== 'unknown' || listed?.sha256 === null || listed?.sha256 === undefined)
    return direct;
  // The same bytes under another name say what it holds.
  const twin = at.index.fileBySha256(listed.sha256);
  if (twin?.state !== 'read' || !twin.opensslAccepts) return direct;
  const origin = { kind: 'bundle' as const, id: listed.path, read: listed.path, anchors: twin.anchors };
  return found(step(own, 'used', 'ownBundle'), withAnchors([origin]));
}

/** SHOTGUN_API_CACERTS, set, empty or naming a file. */
function settingRung(at: ApiCase, way: FileWay): Rung {
  return variableRung(at, VARIABLE, {
    ...way,
    empty: at.judged.emptyIsUnset ? null : () => emptySetting(at),
  });
}

/**
 * Set but empty (shotgrid.md §1.4): uploads use Python's default store in every era; calls on Python 2 load nothing at all, on Python 3
 * they fall to where httplib2 looks by itself.
 */
function emptySetting(at: ApiCase): Found {
  const setting = variable(at, VARIABLE);
  if (at.path !== 'crud') {
    const byDefault = pythonDefault(at);
    return { steps: [step(setting, 'empty', 'emptyIsDefaultStore'), ...byDefault.steps], end: byDefault.end };
  }
  if (isBefore(at.python, [3]))
    return found(step(setting, 'failed', 'emptyLoadsNothing'), withAnchors([], { variable: VARIABLE }));
  if (versionNumber(at.consumer.python?.version ?? null).length === 0)
    return found(step(setting, 'empty', 'factsMissing'), ended('unknown', NO_FACTS, VARIABLE));
  const chain = firstThatIsThere(httplib2Rungs(at, rungOfOwn(at, httplib2Of(at), {})));
  const steps = [step(setting, 'empty', 'emptyFallsToHttplib2'), ...chain.steps];
  return { steps, end: { ...chain.end, variable: chain.end.variable ?? VARIABLE } };
}
