import type { NameRules } from '@trustfleet/certificates';
import type { ClientName, PythonPackageName, TrustStep } from '@trustfleet/protocol';
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

/** httplib2 before 0.13 and urllib3 1.x on Python 2 know DNS names alone: an address in the certificate is not found (tools/truth, `ip-san`). */
const BY_DNS_NAMES: NameRules = { ...BY_MATCH_HOSTNAME, addresses: false };
const ON_PYTHON_2: readonly ClientName[] = [...THROUGH_URLLIB3, 'httplib2', 'shotgun_api3.crud'];

type Steps = readonly Pick<TrustStep, 'reason'>[];

/** How a client holds the server's name against the certificate. `steps`: of its trust source, which tell who took ssl's place. */
export function nameRulesOf(consumer: Consumer, steps: Steps = []): NameRules {
  const { client, python } = consumer;
  if (python === null) return BY_ITSELF;
  const version = versionNumber(python.version);
  if (isBefore(version, [3])) return ON_PYTHON_2.includes(client) ? BY_DNS_NAMES : BY_MATCH_HOSTNAME;
  if (isBefore(version, [3, 7])) return BY_MATCH_HOSTNAME;
  if (client === 'pip') return isGivenContext(consumer, steps) ? BY_OPENSSL : BY_MATCH_HOSTNAME;
  return THROUGH_URLLIB3.includes(client) ? throughUrllib3(consumer, steps) : BY_OPENSSL;
}

const NO_CN_OF_ADDRESS: Partial<NameRules> = { commonNameOfAddress: false };
/** urllib3 before 1.26 leaves it to ssl.match_hostname, which from Python 3.7 on knows no partial wildcards. */
const BY_NEWER_MATCH_HOSTNAME: NameRules = {
  ...BY_MATCH_HOSTNAME,
  wildcards: 'wholeLabel',
  commonNameOfAddress: true,
};

const versionOf = ({ python }: Consumer, wanted: PythonPackageName): readonly number[] =>
  versionNumber(python?.packages.find(({ name }) => name === wanted)?.version ?? null);

const hasUrllib3Of2 = (consumer: Consumer): boolean => isAtLeast(versionOf(consumer, 'urllib3'), [2]);

/** botocore makes a context of its own that looks at no name; urllib3 does afterwards. */
function throughBotocore(consumer: Consumer): NameRules {
  return { ...BY_MATCH_HOSTNAME, ...(hasUrllib3Of2(consumer) ? NO_CN_OF_ADDRESS : {}) };
}

function throughUrllib3(consumer: Consumer, steps: Steps): NameRules {
  if (consumer.client === 'boto3') return throughBotocore(consumer);
  const urllib3 = versionOf(consumer, 'urllib3');
  // truststore replaces the context that requests 2.32.0 – 2.32.4 makes at import by a plain one; a named file makes another.
  const reasons = steps.map(({ reason }) => reason);
  if (reasons.includes('truststore') && reasons.includes('ignoredByHook')) return BY_OPENSSL;
  // So does pip-system-certs before 5 (measured with 4.0).
  if (reasons.includes('pipSystemCerts')) return BY_OPENSSL;
  if (hasUrllib3Of2(consumer)) return WITHOUT_COMMON_NAME;
  const old = urllib3.length > 0 && isBefore(urllib3, [1, 26]);
  return old ? BY_NEWER_MATCH_HOSTNAME : BY_MATCH_HOSTNAME;
}

/** Its vendored urllib3 1.x names no server for an address, which its truststore asks for; 26.1 and later have 2.x. */
export function refusesAddresses(consumer: Consumer, steps: Steps): boolean {
  return isGivenContext(consumer, steps) && isBefore(versionOf(consumer, 'pip'), [26, 1]);
}

/** pip's own truststore (24.2 and later, or asked for), or what pip-system-certs hands it: a context that checks names itself. */
function isGivenContext({ client }: Consumer, steps: Steps): boolean {
  return (
    client === 'pip' && steps.some(({ reason }) => reason === 'pipTruststore' || reason === 'pipSystemCerts')
  );
}

/** Older Pythons say that it failed and not why (failures.md §7.1). */
export function tellsCode({ python }: Consumer): boolean {
  return python === null || !isBefore(versionNumber(python.version), [3, 7]);
}
