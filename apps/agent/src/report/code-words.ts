import type { CodeFinding } from '@trustfleet/protocol';

/** What each rule of libs/diagnosis found, as one sentence without its end. */
const RULE_WORDS: Readonly<Record<string, string>> = {
  verifyFalse: 'verification is switched off for this call (verify=False)',
  sessionVerifyFalse: 'verification is switched off for the session (verify = False)',
  verifySslFalse: 'verification is switched off',
  unverifiedContext: 'an SSL context that verifies nothing is used (_create_unverified_context)',
  certNone: 'the certificate is not verified (CERT_NONE)',
  checkHostnameOff: 'the host name is not checked',
  certificateValidationOff: 'verification is switched off (disable_ssl_certificate_validation)',
  noSslValidation: 'verification of shotgun_api3 is switched off (until 3.8.5; later versions ignore it)',
  pythonHttpsVerify: 'verification of Python 2.7 is switched off (PYTHONHTTPSVERIFY=0)',
  curlCaBundleEmpty: 'an empty CURL_CA_BUNDLE switches verification off in requests before 2.28',
  disableWarnings: 'the warning of unverified connections is silenced',
  filterWarnings: 'the warning of unverified connections is silenced',
};

const PROBLEM_WORDS: Record<NonNullable<CodeFinding['problem']>, string> = {
  missing: 'which does not exist',
  unreadable: 'which its user may not read',
  notPem: 'which no program can load as PEM certificates',
  stale: 'which holds a public list that is more than a year old',
  oneRoot: 'which holds one certificate alone: servers of every other CA fail',
};

/** What a finding means, in one sentence without its end. */
export function codeFindingWords({ decision, rule, target, problem }: CodeFinding): string {
  if (decision !== 'explicitTrust') return RULE_WORDS[rule] ?? `verification is changed (${rule})`;
  const who =
    rule === 'caVariable' ? 'the variable is set in code to' : 'whatever the settings say, this trusts';
  return `${who} ${target ?? 'a file of its own'}${problem === null ? '' : `, ${PROBLEM_WORDS[problem]}`}`;
}

/** Explicit trust in a file with which nothing is wrong is worth knowing, and no fault. */
export const isFault = ({ decision, problem }: CodeFinding): boolean =>
  decision !== 'explicitTrust' || problem !== null;
