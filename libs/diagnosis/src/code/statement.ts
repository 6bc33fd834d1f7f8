import type { Token } from './token.ts';
import { literalValue } from './literal.ts';

/** The bracket that a token stands in. */
interface Bracket {
  readonly sign: string;
  /** Index of its token. */
  readonly at: number;
  readonly around: Bracket | null;
}

/** A value that is one literal, or several that Python joins. */
export interface LiteralValue {
  readonly value: string;
  /** The literals themselves. */
  readonly tokens: readonly Token[];
}

const MOST_JOINED = 20;

/**
 * One statement: the tokens of a logical line up to its end or a semicolon, comments left out. What a rule asks of it costs a
 * constant, so that reading a file stays linear in its length.
 */
export class Statement {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly #around: readonly (Bracket | null)[];

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source;
    this.tokens = tokens;
    this.#around = brackets(source, tokens);
  }

  /** Text of the token at `index`; '' outside. A literal's text is never needed: see {@link literal}. */
  text(index: number): string {
    const token = this.tokens[index];
    return token === undefined || token.kind === 'string' ? '' : this.source.slice(token.start, token.end);
  }

  isName(index: number): boolean {
    return this.tokens[index]?.kind === 'name';
  }

  /** The first of the name's statement, after the conditions of a compound one: `import`, `def`, `class` … */
  get keyword(): string {
    const first = this.text(0);
    return first === 'async' ? this.text(1) : first;
  }

  /** `name=` between the parentheses of a call (or of a definition's parameters). */
  isKeyword(index: number): boolean {
    const bracket = this.#around[index];
    if (bracket?.sign !== '(' || this.text(index + 1) !== '=') return false;
    return ['(', ','].includes(this.text(index - 1));
  }

  /** Between the parentheses of `def name(…)`, not of a call in there. */
  inParameters(index: number): boolean {
    const bracket = this.#around[index] ?? null;
    return bracket !== null && this.text(bracket.at - 2) === 'def';
  }

  /** `name =` outside of brackets. */
  isTarget(index: number): boolean {
    return (this.#around[index] ?? null) === null && this.text(index + 1) === '=';
  }

  /** `….name` */
  isAttribute(index: number): boolean {
    return this.text(index - 1) === '.';
  }

  /** Index of the name that is called with the arguments among which `index` stands; -1 outside of a call's. */
  callee(index: number): number {
    const bracket = this.#around[index];
    return bracket?.sign === '(' && this.isName(bracket.at - 1) ? bracket.at - 1 : -1;
  }

  /** The sign of the bracket around `index`, '' outside. */
  bracket(index: number): string {
    return this.#around[index]?.sign ?? '';
  }

  /** The value that begins at `index` is this one token: what follows ends it. `X if …` counts, since it is X at times. */
  endsAfter(index: number): boolean {
    const next = this.text(index + 1);
    if (index + 1 >= this.tokens.length || next === 'if') return true;
    return [',', ')', ']', '}', ':'].includes(next);
  }

  isOff(index: number): boolean {
    return ['False', '0'].includes(this.text(index)) && this.endsAfter(index);
  }

  isOn(index: number): boolean {
    return ['True', '1'].includes(this.text(index)) && this.endsAfter(index);
  }

  /** The literal that begins at `index` and is all of its value; null for anything else. */
  literal(index: number): LiteralValue | null {
    const tokens: Token[] = [];
    let value = '';
    while (this.tokens[index + tokens.length]?.kind === 'string' && tokens.length < MOST_JOINED) {
      const token = this.tokens[index + tokens.length];
      const text = token === undefined ? null : literalValue(this.source.slice(token.start, token.end));
      if (token === undefined || text === null) return null;
      tokens.push(token);
      value += text;
    }
    const whole = tokens.length > 0 && this.endsAfter(index + tokens.length - 1);
    return whole ? { value, tokens } : null;
  }

  /** The string at `index` alone. */
  string(index: number): string | null {
    const token = this.tokens[index];
    return token?.kind === 'string' ? literalValue(this.source.slice(token.start, token.end)) : null;
  }

  /** Index of the name in front of which the dots of `a.b.c` begin. */
  dottedStart(index: number): number {
    let start = index;
    while (this.text(start - 1) === '.' && this.isName(start - 2) && index - start < 40) start -= 2;
    return start;
  }
}

function brackets(source: string, tokens: readonly Token[]): (Bracket | null)[] {
  let open: Bracket | null = null;
  return tokens.map((token, at) => {
    if (token.kind !== 'operator' || token.end - token.start !== 1) return open;
    const sign = source.charAt(token.start);
    const around = open;
    if ('([{'.includes(sign)) open = { sign, at, around: open };
    else if (')]}'.includes(sign)) open = open?.around ?? null;
    return around;
  });
}
