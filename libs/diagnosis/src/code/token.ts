export type TokenKind =
  | 'name'
  | 'number'
  /** A whole literal with its prefix and quotes, that is no template. */
  | 'string'
  /** Prefix and opening quotes of an f-string (or t-string, PEP 750); what stands in its fields comes as tokens of its own. */
  | 'templateStart'
  /** Its closing quotes; empty where it was cut off. */
  | 'templateEnd'
  | 'operator'
  | 'comment'
  /** End of a logical line. */
  | 'newline';

/** A piece of Python source. Offsets in UTF-16 units, `end` excluded. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What nobody but the author may see: what stands between the quotes of a literal, and after the sign of a comment. */
export interface HiddenSpan {
  readonly start: number;
  readonly end: number;
}
