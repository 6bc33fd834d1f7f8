import type { ClientName, CodeFinding } from '@trustfleet/protocol';
import { findCodeDecisions } from '@trustfleet/diagnosis';

/** What a studio's code says for its own calls: the file that it trusts, or that it verifies nothing. */
export interface InCode {
  readonly file: string | false;
  /** `session`: as `Session.verify`, which requests alone has. */
  readonly place: 'call' | 'session';
}

/** Where that code would stand: of no environment's own, so that any Python may run it. */
const PATH = '/studio/tools/publish.py';

/** Which clients can be told so. Verification is not switched off in the API here: which of its paths heed that differs by version. */
export function clientsTold({ file, place }: InCode): readonly ClientName[] {
  if (place === 'session') return ['requests'];
  const libraries: readonly ClientName[] = ['ssl', 'requests', 'urllib3', 'httplib2', 'boto3'];
  return file === false
    ? libraries
    : [...libraries, 'shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'];
}

/** The code as people write it, found by the scanner of the agent. */
export function findingsOf(said: InCode): readonly CodeFinding[] {
  return findCodeDecisions(sourceOf(said)).map((found) => ({ path: PATH, ...found, problem: null }));
}

export function trustedFiles({ file }: InCode): readonly { path: string; code: string; readAs: null }[] {
  return file === false ? [] : [{ path: file, code: PATH, readAs: null }];
}

function sourceOf({ file, place }: InCode): string {
  const value = file === false ? 'False' : JSON.stringify(file);
  const imports =
    'import ssl\nimport boto3\nimport httplib2\nimport requests\nimport urllib3\nfrom shotgun_api3 import Shotgun\n';
  if (place === 'session') return `${imports}session = requests.Session()\nsession.verify = ${value}\n`;
  const trusting = [
    `context = ssl.create_default_context(cafile=${value})`,
    `pool = urllib3.PoolManager(ca_certs=${value})`,
    `http = httplib2.Http(ca_certs=${value})`,
    `site = Shotgun("https://site", "name", "key", ca_certs=${value})`,
  ];
  const careless = [
    'context = ssl._create_unverified_context()',
    'pool = urllib3.PoolManager(cert_reqs="CERT_NONE")',
    'http = httplib2.Http(disable_ssl_certificate_validation=True)',
  ];
  const every = [`requests.get(url, verify=${value})`, `s3 = boto3.client("s3", verify=${value})`];
  return `${imports}${[...(file === false ? careless : trusting), ...every].join('\n')}\n`;
}
