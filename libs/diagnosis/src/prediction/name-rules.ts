import type { NameRules } from '@trustfleet/certificates';
import type { ClientName } from '@trustfleet/protocol';
import type { Consumer } from '../consumer.ts';
import { isAtLeast, isBefore, versionNumber } from '../version-number.ts';

/** Python from 3.7 on leaves the name to OpenSSL. */
const BY_OPENSSL: NameRules = { checked: 'openssl', wildcards: 'wholeLabel', commonName: 'withoutDnsName' };
/** Python 2.7.9 – 3.6, urllib3 1.x and httplib2 of Python 2 compare it themselves, when the handshake is done. */
const BY_MATCH_HOSTNAME: NameRules = {
  checked: 'afterwards',
  wildcards: 'matchHostname',
  commonName: 'withoutAnyName',
};
/** urllib3 2.x: hostname_checks_common_name = False. */
const WITHOUT_COMMON_NAME: NameRules = { ...BY_OPENSSL, commonName: 'never' };
/** curl and Node: their own check, no partial wildcards. */
const BY_ITSELF: NameRules = { ...BY_MATCH_HOSTNAME, wildcards: 'wholeLabel' };

/** Clients that connect through urllib3. pip brings a 1.x of its own. */
const THROUGH_URLLIB3: readonly ClientName[] = ['requests', 'urllib3', 'conda', 'boto3'];

/** How a client holds the server's name against the certificate. */
export function nameRulesOf({ client, python }: Consumer): NameRules {
  if (python === null) return BY_ITSELF;
  const version = versionNumber(python.version);
  if (isBefore(version, [3, 7]) || client === 'pip') return BY_MATCH_HOSTNAME;
  if (!THROUGH_URLLIB3.includes(client)) return BY_OPENSSL;
  const urllib3 = python.packages.find(({ name }) => name === 'urllib3');
  return isAtLeast(versionNumber(urllib3?.version ?? null), [2]) ? WITHOUT_COMMON_NAME : BY_MATCH_HOSTNAME;
}

/** Older Pythons say that it failed and not why (failures.md §7.1). */
export function tellsCode({ python }: Consumer): boolean {
  return python === null || !isBefore(versionNumber(python.version), [3, 7]);
}
