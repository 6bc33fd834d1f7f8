import type { CodeFinding } from '@trustfleet/protocol';
import { ENVIRONMENT_RULES } from './environment-rules.ts';
import { maskedLine } from './masked-line.ts';
import type { Rule, RuleHit, SourceFacts } from './rule.ts';
import { Statement, type LiteralValue } from './statement.ts';
import type { Token } from './token.ts';
import { tokenizePython } from './tokenize.ts';
import { VERIFICATION_RULES } from './verification-rules.ts';

/** A {@link CodeFinding} before anybody looked at the file it trusts. */
export type FoundDecision = Pick<CodeFinding, 'line' | 'decision' | 'rule' | 'text' | 'target' | 'call'>;

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries(ENVIRONMENT_RULES),
  ...Object.entries(VERIFICATION_RULES),
]);
/** A source in which none of these stands, wherever, decides nothing: it need not be read further. */
export const DECIDING_NAMES: readonly string[] = [...RULES.keys()];
const WORTH_READING = new RegExp(DECIDING_NAMES.join('|'));
const HTTP_MODULES = ['requests', 'httpx'];
/** Of one file: a generated one does not crowd out the others. */
const MOST_FOUND = 200;
/** Of the constants of one file. */
const MOST_CONSTANTS = 2000;
/** A literal longer than this names no variable. */
const LONGEST_VARIABLE = 64;
/** What a literal may name. */
const LONGEST_TARGET = 4096;

interface Hit extends RuleHit {
  readonly at: number;
  readonly call: string | null;
}

class FileFacts implements SourceFacts {
  http = false;
  readonly #constants = new Map<string, LiteralValue | null>();

  /** `NAME = "…"`; one that is given something else too stands for nothing. */
  take(statement: Statement): void {
    if (['import', 'from'].includes(statement.keyword)) {
      this.http ||= statement.tokens.some((_, index) => HTTP_MODULES.includes(statement.text(index)));
      return;
    }
    if (!statement.isName(0) || !statement.isTarget(0)) return;
    const name = statement.text(0);
    if (this.#constants.has(name)) this.#constants.set(name, null);
    else if (this.#constants.size < MOST_CONSTANTS) this.#constants.set(name, statement.literal(2));
  }

  constant(name: string): LiteralValue | null {
    return this.#constants.get(name) ?? null;
  }
}

/** Hands every statement on, without its comments. Returns what is hidden of the source. */
function readStatements(
  source: string,
  onStatement: (statement: Statement) => void,
): ReturnType<typeof tokenizePython> {
  let tokens: Token[] = [];
  let depth = 0;
  const end = (): void => {
    if (tokens.length > 0) onStatement(new Statement(source, tokens));
    tokens = [];
    depth = 0;
  };
  return tokenizePython(source, (token) => {
    if (token.kind === 'comment') return;
    if (token.kind === 'newline') {
      end();
      return;
    }
    if (token.kind === 'operator' && token.end - token.start === 1) {
      const sign = source.charAt(token.start);
      if (sign === ';' && depth === 0) {
        end();
        return;
      }
      if ('([{'.includes(sign)) depth += 1;
      else if (')]}'.includes(sign)) depth = Math.max(0, depth - 1);
    }
    tokens.push(token);
  });
}

/** A name's rule; a literal's only where it names a variable of the environment. */
function ruleFor(statement: Statement, index: number): Rule | undefined {
  const token = statement.tokens[index];
  if (token?.kind === 'name') return RULES.get(statement.text(index));
  if (token?.kind !== 'string' || token.end - token.start > LONGEST_VARIABLE) return undefined;
  const name = statement.string(index) ?? '';
  return Object.hasOwn(ENVIRONMENT_RULES, name) ? ENVIRONMENT_RULES[name] : undefined;
}

function hitsIn(statement: Statement, facts: SourceFacts): Hit[] {
  return statement.tokens.flatMap((token, index) => {
    const hit = ruleFor(statement, index)?.(statement, index, facts) ?? null;
    return hit === null ? [] : [{ ...hit, at: token.start, call: calledIn(statement, index) }];
  });
}

function calledIn(statement: Statement, index: number): string | null {
  const callee = statement.callee(index);
  return callee < 0 ? null : statement.text(callee).slice(0, LONGEST_VARIABLE);
}

/** Line numbers of offsets in order, as Python counts lines. */
function lineCounter(source: string): (at: number) => number {
  const newline = /\r\n|\r|\n/g;
  let line = 1;
  let next = newline.exec(source);
  return (at) => {
    while (next !== null && next.index < at) {
      line += 1;
      next = newline.exec(source);
    }
    return line;
  };
}

/**
 * What `source`, a file of Python 2.7 or 3, decides for itself about verification, in the order in which it stands there; at most 200.
 * Nothing that only stands in a comment or a string counts. Takes time in proportion to the length.
 */
export function findCodeDecisions(source: string): FoundDecision[] {
  if (!WORTH_READING.test(source)) return [];
  const facts = new FileFacts();
  const hits: Hit[] = [];
  const hidden = readStatements(source, (statement) => {
    facts.take(statement);
    if (hits.length < MOST_FOUND) hits.push(...hitsIn(statement, facts));
  });
  const lineOf = lineCounter(source);
  return hits.slice(0, MOST_FOUND).map(({ decision, rule, target, at, shown, call }) => ({
    line: lineOf(at),
    decision,
    rule,
    target: target === null ? null : target.slice(0, LONGEST_TARGET),
    text: maskedLine(source, hidden, { at, shown }),
    call,
  }));
}
