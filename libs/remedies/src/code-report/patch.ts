import type { CodeFinding } from '@trustfleet/protocol';

/** A value as it may stand in the line: a literal, or a name (with dots). */
const VALUE = String.raw`(?:[rRuUbB]{0,2}"[^"]*"|[rRuUbB]{0,2}'[^']*'|[\w.]+)`;
const OFF = String.raw`(?:False|0)`;

type Rewrite = (text: string, finding: CodeFinding) => string;

const replaced =
  (pattern: string, by: string): Rewrite =>
  (text) =>
    text.replace(new RegExp(pattern), by);

/** The named value becomes another one; the name and the spaces stay. */
const given = (names: string, from: string, to: string): Rewrite => {
  const pattern = new RegExp(String.raw`\b(${names})(\s*[=:]\s*)${from}(?![\w.])`);
  return (text) => text.replace(pattern, (_, name: string, sign: string) => `${name}${sign}${to}`);
};

/** The argument goes with the comma that it leaves over. */
const withoutArgument = (name: string, value: string): Rewrite => {
  const argument = String.raw`${name}\s*=\s*${value}(?![\w.])`;
  return (text) => {
    const behind = text.replace(new RegExp(String.raw`,\s*\b${argument}(?=\s*[,)]|$)`), '');
    return behind === text
      ? text.replace(new RegExp(String.raw`\b${argument}\s*(?:,\s*|(?=\)|$))`), '')
      : behind;
  };
};

/** The statement goes, where it is all of the line. */
const without: Rewrite = (text) => (/^[\w.]+\([^()]*\)$/.test(text) ? '' : text);

const variableOf = ({ rule, call }: CodeFinding): string => {
  if (call === 'Shotgun') return 'SHOTGUN_API_CACERTS';
  if (call === 'Http') return 'HTTPLIB2_CA_CERTS';
  return rule.startsWith('verify') || rule.startsWith('sessionVerify')
    ? 'REQUESTS_CA_BUNDLE'
    : 'SSL_CERT_FILE';
};

/** What the machine's settings say; without them, what the program would do of itself. */
const fromSettings =
  (names: string, otherwise: string): Rewrite =>
  (text, finding) =>
    given(names, VALUE, `os.environ.get('${variableOf(finding)}'${otherwise})`)(text, finding);

/** One rewriting a rule of libs/diagnosis; a text that it leaves as it is has to be changed by hand. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  verifyFalse: withoutArgument('verify', OFF),
  sessionVerifyFalse: given('verify', OFF, 'True'),
  verifySslFalse: given('verify_ssl|ssl_verify|verify_certs|validate_certs', OFF, 'True'),
  unverifiedContext: replaced('_create_unverified_context', 'create_default_context'),
  certNone: replaced('CERT_NONE', 'CERT_REQUIRED'),
  checkHostnameOff: (text, finding) =>
    given('assert_hostname', OFF, 'None')(given('check_hostname', OFF, 'True')(text, finding), finding),
  certificateValidationOff: given('disable_ssl_certificate_validation', '(?:True|1)', 'False'),
  noSslValidation: given('NO_SSL_VALIDATION|no_ssl_validation', '(?:True|1)', 'False'),
  pythonHttpsVerify: replaced(String.raw`(["'])0\1`, "'1'"),
  curlCaBundleEmpty: (text) =>
    text.replace(
      /^os\.environ\[(["'])CURL_CA_BUNDLE\1\]\s*=\s*(["'])\2$/,
      "os.environ.pop('CURL_CA_BUNDLE', None)",
    ),
  disableWarnings: without,
  filterWarnings: without,
  verifyPath: fromSettings('verify', ', True'),
  sessionVerifyPath: fromSettings('verify', ', True'),
  caCertsArgument: fromSettings('ca_certs', ''),
  cafileArgument: fromSettings('cafile', ''),
  loadVerifyLocations: replaced(
    String.raw`\bload_verify_locations\(\s*(?:cafile\s*=\s*)?${VALUE}\s*\)`,
    'load_default_certs()',
  ),
  caVariable: replaced(
    String.raw`^os\.environ\[("\w+"|'\w+')\]\s*=\s*(${VALUE})$`,
    'os.environ.setdefault($1, $2)',
  ),
};

/** What a person does where no line can be made ready. */
const BY_HAND = 'Change it by hand: leave trust to the settings of the machine.';

/**
 * The patch for one place: a unified diff of its line as the section tells it, thus without its indentation, and with `…` where another
 * literal or a comment stands. A line that cannot be rewritten by itself gets the two headings and what to do.
 */
export function codePatch(finding: CodeFinding): string {
  const { line, text, rule } = finding;
  // A name with a line end in it begins no line of the patch.
  const path = finding.path.replaceAll(/\p{Cc}/gu, '?');
  const head = `--- a/${path.replace(/^\//, '')}\n+++ b/${path.replace(/^\//, '')}\n`;
  const rewritten = Object.hasOwn(REWRITES, rule) ? REWRITES[rule]?.(text, finding) : undefined;
  if (rewritten === undefined || rewritten === text)
    return `${head}@@ -${line} +${line} @@ ${rule}\n ${text}\n# ${BY_HAND}\n`;
  const needsOs = rewritten.includes('os.environ') && !text.includes('os.environ');
  const after = rewritten === '' ? '' : `+${rewritten}\n`;
  const place = rewritten === '' ? `+${line - 1},0` : `+${line}`;
  return `${head}@@ -${line} ${place} @@ ${rule}\n-${text}\n${after}${needsOs ? '# The file also needs: import os\n' : ''}`;
}
