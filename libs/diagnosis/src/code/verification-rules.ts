import { off, silenced, trusts, valueOf, type Rule } from './rule.ts';
import type { Statement } from './statement.ts';

/** Arguments that are looked at, of one call. */
const MOST_ARGUMENTS = 200;
/** Names of what has a `verify` of HTTP. */
const HTTP_NAME = /session|requests|httpx|http|client|api|conn/i;

/** `session.verify = …`: an object that is known, or named, to speak HTTP. */
function speaksHttp(statement: Statement, index: number): boolean {
  const start = Math.max(0, statement.dottedStart(index) - 8);
  for (let at = index - 1; at >= start; at -= 1)
    if (statement.isName(at) && HTTP_NAME.test(statement.text(at))) return true;
  return false;
}

/** `verify=` of requests, httpx, boto3 … */
const verifyArgument: Rule = (statement, index, facts) => {
  // A token's signature (PyJWT), and parameters of what has nothing to do with HTTP.
  if (statement.text(statement.callee(index)) === 'decode') return null;
  if (statement.inParameters(index) && !facts.http) return null;
  if (statement.isOff(index + 2)) return off('verifyFalse');
  return trusts('verifyPath', { statement, index: index + 2, facts });
};

/** `session.verify =` of requests. */
const verifyAttribute: Rule = (statement, index, facts) => {
  if (!facts.http && !speaksHttp(statement, index)) return null;
  if (statement.isOff(index + 2)) return off('sessionVerifyFalse');
  return trusts('sessionVerifyPath', { statement, index: index + 2, facts });
};

const verify: Rule = (statement, index, facts) => {
  if (statement.isKeyword(index)) return verifyArgument(statement, index, facts);
  if (!statement.isAttribute(index) || !statement.isTarget(index)) return null;
  return verifyAttribute(statement, index, facts);
};

const offWhere =
  (rule: string, isSet: (statement: Statement, value: number) => boolean): Rule =>
  (statement, index) => {
    const value = valueOf(statement, index);
    return value >= 0 && isSet(statement, value) ? off(rule) : null;
  };
const offWhenFalse = (rule: string): Rule => offWhere(rule, (statement, value) => statement.isOff(value));
const offWhenTrue = (rule: string): Rule => offWhere(rule, (statement, value) => statement.isOn(value));

/** Wherever it is used: called, or put in the place of the context that verifies. */
const unverifiedContext: Rule = (statement, index) =>
  ['def', 'import', 'from'].includes(statement.keyword) || statement.isTarget(index)
    ? null
    : off('unverifiedContext');

const COMPARISONS = ['==', '!=', '<>', 'is', 'in', 'not'];

/** Given to something, not compared with and not defined. */
const certNone: Rule = (statement, index) => {
  if (['import', 'from', 'def'].includes(statement.keyword) || statement.isTarget(index)) return null;
  const before = statement.text(statement.dottedStart(index) - 1);
  const after = statement.text(index + 1);
  if (COMPARISONS.includes(before) || COMPARISONS.includes(after)) return null;
  return after === ':' && statement.bracket(index) === '{' ? null : off('certNone');
};

/** urllib3 takes the constant's name as a text too. */
const certReqs: Rule = (statement, index) => {
  const value = valueOf(statement, index);
  const literal = value < 0 ? null : statement.literal(value);
  return literal?.value === 'CERT_NONE' ? off('certNone', literal.tokens) : null;
};

const SILENCEABLE = ['InsecureRequestWarning', 'InsecurePlatformWarning', 'HTTPWarning'];

/** Texts of the names and values of the literals among the arguments of the call at `index`. */
function* argumentsOf(statement: Statement, index: number): Generator<string> {
  let depth = 0;
  for (let at = index + 1; at < index + MOST_ARGUMENTS && at < statement.tokens.length; at += 1) {
    const text = statement.text(at);
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else yield statement.string(at) ?? text;
    if (depth === 0) return;
  }
}

/** urllib3: without an argument it is HTTPWarning and all that come of it. */
const disableWarnings: Rule = (statement, index) => {
  if (statement.text(index + 1) !== '(' || statement.keyword === 'def') return null;
  const given = [...argumentsOf(statement, index)];
  const insecure = given.length === 0 || given.some((text) => SILENCEABLE.includes(text));
  return insecure ? silenced('disableWarnings') : null;
};

/** The warnings module: what is named, or what its message begins with. */
const filterWarnings: Rule = (statement, index) => {
  if (statement.text(index + 1) !== '(') return null;
  const given = [...argumentsOf(statement, index)];
  const named = given.some((text) => SILENCEABLE.includes(text) || /unverified https/i.test(text));
  return given.includes('ignore') && named ? silenced('filterWarnings') : null;
};

const trustGiven =
  (rule: string): Rule =>
  (statement, index, facts) => {
    const value = valueOf(statement, index);
    if (value < 0) return null;
    const inLoad = statement.text(statement.callee(index)) === 'load_verify_locations';
    return trusts(inLoad ? 'loadVerifyLocations' : rule, { statement, index: value, facts });
  };

const loadVerifyLocations: Rule = (statement, index, facts) =>
  statement.text(index + 1) === '('
    ? trusts('loadVerifyLocations', { statement, index: index + 2, facts })
    : null;

/** By the name that each is about. */
export const VERIFICATION_RULES: Readonly<Record<string, Rule>> = {
  verify,
  verify_ssl: offWhenFalse('verifySslFalse'),
  ssl_verify: offWhenFalse('verifySslFalse'),
  verify_certs: offWhenFalse('verifySslFalse'),
  validate_certs: offWhenFalse('verifySslFalse'),
  _create_unverified_context: unverifiedContext,
  CERT_NONE: certNone,
  cert_reqs: certReqs,
  check_hostname: offWhenFalse('checkHostnameOff'),
  assert_hostname: offWhenFalse('checkHostnameOff'),
  // httplib2
  disable_ssl_certificate_validation: offWhenTrue('certificateValidationOff'),
  // shotgrid.md §1.4, last point
  NO_SSL_VALIDATION: offWhenTrue('noSslValidation'),
  no_ssl_validation: offWhenTrue('noSslValidation'),
  disable_warnings: disableWarnings,
  filterwarnings: filterWarnings,
  simplefilter: filterWarnings,
  ca_certs: trustGiven('caCertsArgument'),
  cafile: trustGiven('cafileArgument'),
  load_verify_locations: loadVerifyLocations,
};
