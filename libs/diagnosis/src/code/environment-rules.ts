import { CA_VARIABLES } from '@trustfleet/protocol';
import { off, trusts, valueOf, type Rule, type RuleHit, type SourceFacts } from './rule.ts';
import type { Statement } from './statement.ts';
import type { Token } from './token.ts';

/* Variables that code sets for itself and its children: `os.environ[…] = …`, `setdefault`, `putenv`, `update({…})`, rez' `env.NAME = …`. */

const SETTERS = ['setdefault', 'putenv', 'setenv'];

/** Index of the value that the variable at `index` (a literal or a name) is given; -1 where it is only read. */
function assigned(statement: Statement, index: number): number {
  if (!statement.isName(index)) return assignedByLiteral(statement, index);
  const bare = statement.isTarget(index) && !statement.isAttribute(index);
  return bare ? -1 : valueOf(statement, index);
}

function assignedByLiteral(statement: Statement, index: number): number {
  const next = statement.text(index + 1);
  if (next === ']') return statement.text(index + 2) === '=' ? index + 3 : -1;
  if (next === ':') return statement.bracket(index) === '{' ? index + 2 : -1;
  const first = next === ',' && statement.text(index - 1) === '(';
  return first && SETTERS.includes(statement.text(statement.callee(index))) ? index + 2 : -1;
}

/** The literal that names the variable, and those of its value. */
function shownTokens(statement: Statement, index: number, value: readonly Token[]): Token[] {
  const name = statement.tokens[index];
  return [...(name?.kind === 'string' ? [name] : []), ...value];
}

/** Python 2.7's own switch (python-tls.md §3). */
const httpsVerify: Rule = (statement, index) => {
  const value = assigned(statement, index);
  if (value < 0) return null;
  const literal = statement.literal(value);
  if (literal?.value !== '0' && !statement.isOff(value)) return null;
  return off('pythonHttpsVerify', shownTokens(statement, index, literal?.tokens ?? []));
};

function caVariable(name: string): Rule {
  return (statement: Statement, index: number, facts: SourceFacts): RuleHit | null => {
    const value = assigned(statement, index);
    if (value < 0) return null;
    const empty = statement.literal(value)?.value === '';
    // Empty it turns verification off in requests before 2.28 (python-tls.md §4).
    if (empty && name === 'CURL_CA_BUNDLE')
      return off('curlCaBundleEmpty', shownTokens(statement, index, []));
    const hit = trusts('caVariable', { statement, index: value, facts });
    return hit === null ? null : { ...hit, shown: shownTokens(statement, index, hit.shown) };
  };
}

/** By the variable's name. */
export const ENVIRONMENT_RULES: Readonly<Record<string, Rule>> = {
  PYTHONHTTPSVERIFY: httpsVerify,
  ...Object.fromEntries([...CA_VARIABLES, 'AWS_CA_BUNDLE'].map((name) => [name, caVariable(name)])),
};
