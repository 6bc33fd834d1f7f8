import type { HostFacts } from '@trustfleet/policy';
import type { CaVariableName, InventoryBundle } from '@trustfleet/protocol';
import { leadsTo } from './predict.ts';

/** Node adds what the file holds to its own list (python-tls.md §4); all others put it in the place of theirs. */
const ADDS: ReadonlySet<CaVariableName> = new Set(['NODE_EXTRA_CA_CERTS']);

/** requests from 2.9.0 on, and pip with it, takes a directory of hashed names too (python-tls.md §4). */
const TAKES_BOTH: ReadonlySet<CaVariableName> = new Set(['REQUESTS_CA_BUNDLE', 'PIP_CERT']);

const STATES: Readonly<Record<Exclude<InventoryBundle['state'], 'read'>, string>> = {
  missing: 'is not there',
  unreadable: 'may not be read by those who would',
  notRegularFile: 'is no plain file',
  tooLarge: 'is larger than any list of certificates',
  empty: 'is empty',
  der: 'is DER: programs that look for PEM find nothing in it',
  utf16: 'is UTF-16, as PowerShell writes it: OpenSSL finds nothing in it',
  noCertificates: 'holds no certificate',
};

/** What is known of the file: by a scan or by the remedy before this one, else by a look at it now; null where nobody has looked. */
export function bundleAt(
  { bundles }: HostFacts,
  value: string,
  looked: InventoryBundle | null,
): InventoryBundle | null {
  return bundles?.bundles.find((bundle) => leadsTo(bundle, value)) ?? looked;
}

/** Why the variable must not name that file (failures.md §7.1, §11.4; python-tls.md §3); null when it may. */
export function valueProblem(name: CaVariableName, value: string, bundle: InventoryBundle): string | null {
  return notThere(name, value, bundle) ?? notOfItsKind(name, value, bundle) ?? tooFew(name, value, bundle);
}

function notThere(name: string, value: string, { detail, state }: InventoryBundle): string | null {
  if (state === 'read') return null;
  const said = detail === null ? '' : ` (${detail})`;
  return `${value} ${STATES[state]}${said}, so ${name} must not name it: programs would trust nobody, or not start. Put the file there first.`;
}

function notOfItsKind(name: CaVariableName, value: string, bundle: InventoryBundle): string | null {
  const isDirectory = bundle.form === 'directory';
  if (!(isDirectory && TAKES_BOTH.has(name)) && isDirectory !== (name === 'SSL_CERT_DIR'))
    return isDirectory
      ? `${value} is a directory, and ${name} takes a file.`
      : `${value} is a file, and SSL_CERT_DIR takes a directory of subject-hash names.`;
  if (isDirectory || bundle.opensslAccepts) return null;
  const reason = bundle.problems[0]?.reason ?? 'one of its blocks cannot be read';
  return `${value} is damaged (${reason}): OpenSSL refuses such a file as a whole. Mend it first.`;
}

function tooFew(name: CaVariableName, value: string, { anchors }: InventoryBundle): string | null {
  if (anchors.length > 1 || ADDS.has(name)) return null;
  const held = anchors.length === 1 ? 'one certificate alone' : 'no certificate';
  return `${value} holds ${held}, and ${name} puts it in the place of the whole list: every server that another root vouches for would fail. Deploy a union bundle and name that.`;
}
