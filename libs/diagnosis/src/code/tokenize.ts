import type { HiddenSpan, Token, TokenKind } from './token.ts';

/*
 * Lexical analysis of Python 2.7 and 3.0 – 3.14 (docs.python.org/3/reference/lexical_analysis.html; PEP 701 for the nesting of
 * f-strings, PEP 750 for t-strings). One set of rules suffices: what one version writes otherwise is an error in the others. What no
 * version takes is still read to its end, in linear time, and never makes code of what stands between quotes.
 */

const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?)[jJlL]?/y;
/** Every character outside ASCII counts as one of a name: which of them Python takes does not matter here. */
const NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%&|^@=!<>:]=|->|<>|\*\*|\/\/|<<|>>|./sy;
const BLANK = /[ \t\f\ufeff\0]+/y;
const TO_LINE_END = /[^\r\n]*/y;
const PREFIX = /^(?:[rub]|br|rb|ur)$/i;
const TEMPLATE_PREFIX = /^(?:[ft]|fr|rf|tr|rt)$/i;
const LONGEST_PREFIX = 2;

interface Quote {
  /** `'`, `"`, `'''` or `"""`. */
  readonly quote: string;
  readonly raw: boolean;
}
/** Where in a template the reader stands: in its text, in a field's expression, in the format that follows it. */
type Frame =
  (Quote & { readonly kind: 'text' | 'format' }) | (Quote & { readonly kind: 'field'; brackets: number });

/** Hands every token of `source` on, in order. */
export function tokenizePython(source: string, onToken: (token: Token) => void): HiddenSpan[] {
  const reader = new Reader(source, onToken);
  reader.run();
  return reader.hidden;
}

const isNewline = (code: number): boolean => code === 10 || code === 13;

class Reader {
  readonly hidden: HiddenSpan[] = [];
  readonly #source: string;
  readonly #onToken: (token: Token) => void;
  readonly #frames: Frame[] = [];
  #at = 0;
  /** Open brackets outside of templates: a line goes on while there are any. */
  #brackets = 0;

  constructor(source: string, onToken: (token: Token) => void) {
    this.#source = source;
    this.#onToken = onToken;
  }

  run(): void {
    while (this.#at < this.#source.length) {
      const frame = this.#frames.at(-1);
      if (frame === undefined || frame.kind === 'field') this.#code(frame);
      else this.#text(frame);
    }
    this.#closeTemplates();
    this.#emit('newline', this.#at);
  }

  #emit(kind: TokenKind, start: number): void {
    this.#onToken({ kind, start, end: this.#at });
  }

  #hide(start: number, end: number): void {
    if (end > start) this.hidden.push({ start, end });
  }

  /** Moves behind what `pattern` (sticky) finds here; false where it finds nothing. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#source)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  /** A carriage return and the line feed behind it are one line end. */
  #skipNewline(): void {
    this.#at += this.#source.startsWith('\r\n', this.#at) ? 2 : 1;
  }

  #code(field: (Frame & { kind: 'field' }) | undefined): void {
    if (this.#skip(BLANK)) return;
    const start = this.#at;
    const code = this.#source.charCodeAt(start);
    if (isNewline(code)) this.#newline(field);
    else if (code === 0x23 /* # */) this.#comment();
    else if (code === 0x5c /* \ */) this.#continuation();
    else if (code === 0x22 || code === 0x27) this.#literal(start, '');
    else if (this.#skip(NUMBER)) this.#emit('number', start);
    else if (this.#skip(NAME)) this.#word(start);
    else this.#operator(field);
  }

  #newline(field: Frame | undefined): void {
    const start = this.#at;
    this.#skipNewline();
    if (field === undefined && this.#brackets === 0) this.#emit('newline', start);
  }

  #comment(): void {
    const start = this.#at;
    this.#skip(TO_LINE_END);
    this.#hide(start + 1, this.#at);
    this.#emit('comment', start);
  }

  /** A backslash joins two lines; elsewhere it is an error, and skipped. */
  #continuation(): void {
    this.#at += 1;
    if (isNewline(this.#source.charCodeAt(this.#at))) this.#skipNewline();
  }

  #word(start: number): void {
    const next = this.#source.charCodeAt(this.#at);
    if ((next === 0x22 || next === 0x27) && this.#at - start <= LONGEST_PREFIX) {
      const prefix = this.#source.slice(start, this.#at);
      if (PREFIX.test(prefix) || TEMPLATE_PREFIX.test(prefix)) {
        this.#literal(start, prefix);
        return;
      }
    }
    this.#emit('name', start);
  }

  #literal(start: number, prefix: string): void {
    const one = this.#source.charAt(this.#at);
    const quote = this.#source.startsWith(one.repeat(3), this.#at) ? one.repeat(3) : one;
    const raw = /r/i.test(prefix);
    this.#at += quote.length;
    if (TEMPLATE_PREFIX.test(prefix)) {
      this.#emit('templateStart', start);
      this.#frames.push({ kind: 'text', quote, raw });
      return;
    }
    const content = this.#at;
    const closed = this.#plainContent(quote);
    this.#hide(content, this.#at - (closed ? quote.length : 0));
    this.#emit('string', start);
  }

  /** To behind the closing quotes; false where the line (or the file) ends before. */
  #plainContent(quote: string): boolean {
    const single = quote.length === 1;
    const first = quote.charCodeAt(0);
    while (this.#at < this.#source.length) {
      const code = this.#source.charCodeAt(this.#at);
      if (code === first && this.#source.startsWith(quote, this.#at)) {
        this.#at += quote.length;
        return true;
      }
      if (single && isNewline(code)) return false;
      if (code === 0x5c) this.#escape();
      else this.#at += 1;
    }
    return false;
  }

  /** In a raw literal too a backslash keeps the quote behind it from closing. */
  #escape(): void {
    this.#at += 1;
    if (isNewline(this.#source.charCodeAt(this.#at))) this.#skipNewline();
    else if (this.#at < this.#source.length) this.#at += 1;
  }

  #operator(field: (Frame & { kind: 'field' }) | undefined): void {
    const start = this.#at;
    const sign = this.#source.charAt(start);
    if (field?.brackets === 0 && (sign === '}' || sign === ':')) {
      this.#at += 1;
      this.#emit('operator', start);
      if (sign === '}') this.#frames.pop();
      else this.#frames.push({ kind: 'format', quote: field.quote, raw: field.raw });
      return;
    }
    this.#skip(OPERATOR);
    this.#count(field, sign);
    this.#emit('operator', start);
  }

  #count(field: { brackets: number } | undefined, sign: string): void {
    const step = '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0;
    if (field === undefined) this.#brackets = Math.max(0, this.#brackets + step);
    else field.brackets = Math.max(0, field.brackets + step);
  }

  /** The text of a template up to its next field or its end. */
  #text(frame: Frame & { kind: 'text' | 'format' }): void {
    const start = this.#at;
    const single = frame.quote.length === 1;
    while (this.#at < this.#source.length) {
      const code = this.#source.charCodeAt(this.#at);
      const closes = this.#source.startsWith(frame.quote, this.#at);
      if (closes || (single && isNewline(code))) {
        this.#hide(start, this.#at);
        this.#endTemplate(closes ? frame.quote.length : 0);
        return;
      }
      if (code === 0x7b || code === 0x7d) {
        if (this.#brace(frame, start)) return;
      } else if (code === 0x5c) this.#templateEscape(frame);
      else this.#at += 1;
    }
    this.#hide(start, this.#at);
  }

  /** A brace in a template's text; true where the text ends with it. Doubled it stands for itself, but not in a format. */
  #brace(frame: Frame & { kind: 'text' | 'format' }, start: number): boolean {
    const brace = this.#source.charAt(this.#at);
    if (frame.kind === 'text' && (brace === '}' || this.#source.charAt(this.#at + 1) === brace)) {
      this.#at += this.#source.charAt(this.#at + 1) === brace ? 2 : 1;
      return false;
    }
    this.#hide(start, this.#at);
    const at = this.#at;
    this.#at += 1;
    this.#emit('operator', at);
    if (brace === '{') this.#frames.push({ kind: 'field', brackets: 0, quote: frame.quote, raw: frame.raw });
    // The format ends, and with it its field.
    else this.#frames.splice(-2);
    return true;
  }

  /** `\N{…}` names a character; before another brace a backslash stands for itself. */
  #templateEscape({ raw, quote }: Quote): void {
    const next = this.#source.charAt(this.#at + 1);
    if (next === '{' || next === '}') this.#at += 1;
    else if (!raw && next === 'N' && this.#source.charAt(this.#at + 2) === '{') this.#namedCharacter(quote);
    else this.#escape();
  }

  #namedCharacter(quote: string): void {
    this.#at += 3;
    while (this.#at < this.#source.length) {
      const sign = this.#source.charAt(this.#at);
      // Not closed: an error, and the literal ends where it would.
      if (sign === quote.charAt(0) || isNewline(sign.charCodeAt(0))) return;
      this.#at += 1;
      if (sign === '}') return;
    }
  }

  /** Leaves the innermost template, with whatever of it is still open. */
  #endTemplate(quotes: number): void {
    const start = this.#at;
    this.#at += quotes;
    this.#emit('templateEnd', start);
    while (this.#frames.length > 0 && this.#frames.pop()?.kind !== 'text') continue;
  }

  #closeTemplates(): void {
    while (this.#frames.length > 0) this.#endTemplate(0);
  }
}
