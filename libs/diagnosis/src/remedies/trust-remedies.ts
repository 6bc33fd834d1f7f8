import type { ClientName, ShotgunApi } from '@trustfleet/protocol';
import type { Consumer } from '../consumer.ts';
import { eraOf } from '../shotgun-api/eras.ts';
import type { ApiPath, Era } from '../shotgun-api/types.ts';
import { pipAsksTheSystem } from '../trust-sources/pip.ts';
import { addAnchor, deployBundle, setVariable, type Suggestion, upgrade } from './suggestion.ts';

const R1 = [addAnchor];
const R2 = [deployBundle, setVariable('SHOTGUN_API_CACERTS')];
const R3 = [deployBundle, setVariable('SSL_CERT_FILE')];
const DEFAULT_STORE = [...R1, ...R3];

/** shotgrid.md §1.5: what mends trust, best first. `upgrade` stands for R4, in whatever form this copy is installed. */
type EraRemedy = Suggestion | 'upgrade';
type EraRow = Readonly<Record<ApiPath, readonly EraRemedy[]>>;

const BEFORE_VARIABLE: EraRow = { crud: ['upgrade'], form: ['upgrade', ...DEFAULT_STORE], s3: [] };
const WITH_VARIABLE: EraRow = {
  crud: ['upgrade', ...R2],
  form: ['upgrade', ...DEFAULT_STORE],
  s3: ['upgrade', ...DEFAULT_STORE],
};
const FORMS_TOO: EraRow = { ...WITH_VARIABLE, form: ['upgrade', ...R2] };
const EVERYWHERE: EraRow = { crud: R2, form: R2, s3: R2 };
const OWN_BUNDLE: EraRow = { crud: [...R2, 'upgrade'], form: [...R2, 'upgrade'], s3: [...R2, 'upgrade'] };

const BY_ERA: Readonly<Record<Era, EraRow>> = {
  E0: { ...BEFORE_VARIABLE, crud: ['upgrade', ...DEFAULT_STORE] },
  E1: BEFORE_VARIABLE,
  E2: BEFORE_VARIABLE,
  E3: WITH_VARIABLE,
  E4: WITH_VARIABLE,
  E5: FORMS_TOO,
  E6: FORMS_TOO,
  E7: EVERYWHERE,
  E8: OWN_BUNDLE,
  E9: WITH_VARIABLE,
  E10: OWN_BUNDLE,
};

/** python-tls.md §4: what each client looks at, and where nothing but its own variable helps. */
const BY_CLIENT: Readonly<Record<Exclude<ClientName, `shotgun_api3.${ApiPath}`>, readonly Suggestion[]>> = {
  ssl: DEFAULT_STORE,
  urllib3: DEFAULT_STORE,
  'toolkit.urlopen': DEFAULT_STORE,
  requests: [deployBundle, setVariable('REQUESTS_CA_BUNDLE'), upgrade('certifi')],
  httplib2: [deployBundle, setVariable('HTTPLIB2_CA_CERTS'), upgrade('certifi')],
  pip: [deployBundle, setVariable('PIP_CERT'), upgrade('pip')],
  conda: [deployBundle, setVariable('REQUESTS_CA_BUNDLE')],
  boto3: [deployBundle, upgrade('certifi')],
  curl: [...R1, deployBundle, setVariable('CURL_CA_BUNDLE')],
  git: R1,
  node: [deployBundle, setVariable('NODE_EXTRA_CA_CERTS')],
};

/** What gives this consumer an anchor that it lacks, best first. `core`: version of the Toolkit core that brings its API. */
export function trustRemedies(consumer: Consumer, core: string | null = null): Suggestion[] {
  const { client } = consumer;
  if (!isOther(client)) return apiRemedies(consumer, client, core);
  return [...(client === 'pip' && pipAsksTheSystem(consumer) ? R1 : []), ...BY_CLIENT[client]];
}

type ApiClient = `shotgun_api3.${ApiPath}`;

function isOther(client: ClientName): client is Exclude<ClientName, ApiClient> {
  return Object.hasOwn(BY_CLIENT, client);
}

const PATHS: Readonly<Record<ApiClient, ApiPath>> = {
  'shotgun_api3.crud': 'crud',
  'shotgun_api3.form': 'form',
  'shotgun_api3.s3': 's3',
};

function apiRemedies({ api }: Consumer, client: ApiClient, core: string | null): Suggestion[] {
  if (api === null) return [];
  const { era, coreDecides } = eraOf(api, core === null ? null : { version: core });
  const found = era === null ? [] : BY_ERA[era][PATHS[client]];
  // tk-core 0.23.7 – 0.23.9 ignores every setting: R4 alone (§1.5).
  return coreDecides ? [upgradeOf(api)] : found.map((one) => (one === 'upgrade' ? upgradeOf(api) : one));
}

/** R4: a copy is renewed where it came from. */
export function upgradeOf({ form }: ShotgunApi): Suggestion {
  if (form === 'vendored' || form === 'zip') return { remedy: 'toolkit.upgradeCore' };
  return form === 'pip' || form === 'egg' ? upgrade('shotgun_api3') : { remedy: 'shotgunApi.replace' };
}
