import type { CodeDecision } from '@trustfleet/protocol';
import type { LiteralValue, Statement } from './statement.ts';
import type { Token } from './token.ts';

/** What a rule sees in a statement. */
export interface RuleHit {
  readonly decision: CodeDecision;
  readonly rule: string;
  /** The trust file, where a literal names it. */
  readonly target: string | null;
  /** Literals that the rule is about: the only ones that are shown. */
  readonly shown: readonly Token[];
}

/** What the statements before it say. */
export interface SourceFacts {
  /** The file imports a client of HTTP whose settings are called `verify`. */
  readonly http: boolean;
  /** Value of a name that was given one literal and nothing else. */
  constant(name: string): LiteralValue | null;
}

/** Judges the token at `index`, whose name (or text) the rule is filed under. */
export type Rule = (statement: Statement, index: number, facts: SourceFacts) => RuleHit | null;

export const off = (rule: string, shown: readonly Token[] = []): RuleHit => ({
  decision: 'verificationOff',
  rule,
  target: null,
  shown,
});

export const silenced = (rule: string): RuleHit => ({
  decision: 'warningSilenced',
  rule,
  target: null,
  shown: [],
});

/** Trust in the file that the value at `index` names, by a literal or by a name that stands for one; null where neither does. */
export function trusts(
  rule: string,
  { statement, index, facts }: { statement: Statement; index: number; facts: SourceFacts },
): RuleHit | null {
  const literal = statement.literal(index);
  const named = statement.isName(index) && statement.endsAfter(index);
  const value = literal ?? (named ? facts.constant(statement.text(index)) : null);
  if (value === null || value.value === '') return null;
  const shown = literal === null ? [] : literal.tokens;
  return { decision: 'explicitTrust', rule, target: value.value, shown };
}

/** Index of the value that is given to the name at `index`, as an argument, an attribute or a variable; -1 where none is. */
export function valueOf(statement: Statement, index: number): number {
  return statement.isKeyword(index) || statement.isTarget(index) ? index + 2 : -1;
}
