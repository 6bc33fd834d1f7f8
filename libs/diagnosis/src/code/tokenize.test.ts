import { describe, expect, it } from 'vitest';
import type { Token } from './token.ts';
import { tokenizePython } from './tokenize.ts';

/** Kinds by their first letter, with the text: `n:get o:( s:"x" o:) N:`. */
function read(source: string): string {
  const tokens: Token[] = [];
  tokenizePython(source, (token) => tokens.push(token));
  const kind = {
    name: 'n',
    number: '0',
    string: 's',
    templateStart: '<',
    templateEnd: '>',
    operator: 'o',
    comment: 'c',
    newline: 'N',
  };
  return tokens
    .map((token) => `${kind[token.kind]}:${source.slice(token.start, token.end).replace(/\r?\n|\r/g, '⏎')}`)
    .join(' ');
}

describe('tokenizePython', () => {
  it.each([
    ['f(a=1)', 'n:f o:( n:a o:= 0:1 o:) N:'],
    ['(a,\n b)\nc', 'o:( n:a o:, n:b o:) N:⏎ n:c N:'],
    ['a = 1 + \\\r\n 2\r\nb', 'n:a o:= 0:1 o:+ 0:2 N:⏎ n:b N:'],
    ['# a \\\nb', 'c:# a \\ N:⏎ n:b N:'],
    ["x = 1if'a'else 0xfor'b'", "n:x o:= 0:1 n:if s:'a' n:else 0:0xf n:or s:'b' N:"],
    ['1_000.5e-3j 07L 0b1_0', '0:1_000.5e-3j 0:07L 0:0b1_0 N:'],
    ["ur'a' bR\"b\" Rb'''c'''", "s:ur'a' s:bR\"b\" s:Rb'''c''' N:"],
    ["or'a' x'b' urb'c'", "n:or s:'a' n:x s:'b' n:urb s:'c' N:"],
    [String.raw`'a\'b' r'a\'b' '\\' 'c'`, String.raw`s:'a\'b' s:r'a\'b' s:'\\' s:'c' N:`],
    ["'a\\\r\nb' c", "s:'a\\⏎b' n:c N:"],
    ["'a\nx'", "s:'a N:⏎ n:x s:' N:"],
    ['"""a\n"b""c"""d', 's:"""a⏎"b""c""" n:d N:'],
    ['"""a', 's:"""a N:'],
    ['f"a{b}c"', '<:f" o:{ n:b o:} >:" N:'],
    ['f"{{a}}"', '<:f" >:" N:'],
    ['f"{a!r:>{w}.{p}}"', '<:f" o:{ n:a o:! n:r o:: o:{ n:w o:} o:{ n:p o:} o:} >:" N:'],
    ['f"{a != b}"', '<:f" o:{ n:a o:!= n:b o:} >:" N:'],
    ['f"{ {1: 2}[1] }"', '<:f" o:{ o:{ 0:1 o:: 0:2 o:} o:[ 0:1 o:] o:} >:" N:'],
    ['f"{x:=5}" f"{(x:=5)}"', '<:f" o:{ n:x o:: o:} >:" <:f" o:{ o:( n:x o::= 0:5 o:) o:} >:" N:'],
    ['f"{d["k"]}" x', '<:f" o:{ n:d o:[ s:"k" o:] o:} >:" n:x N:'],
    ['f"{f"{f"{1}"}"}" x', '<:f" o:{ <:f" o:{ <:f" o:{ 0:1 o:} >:" o:} >:" o:} >:" n:x N:'],
    ["f'{\n1 # one\n}' x", "<:f' o:{ 0:1 c:# one o:} >:' n:x N:"],
    [String.raw`f"\{a}\N{DASH}\""`, String.raw`<:f" o:{ n:a o:} >:" N:`],
    [String.raw`rf"\N{a}"`, String.raw`<:rf" o:{ n:a o:} >:" N:`],
    ["f'''{a:%H:%M\n}''' b", "<:f''' o:{ n:a o:: o:} >:''' n:b N:"],
    ["f'a\nb", "<:f' >: N:⏎ n:b N:"],
    ['f"{a', '<:f" o:{ n:a >: N:'],
    ["t'{a}'", "<:t' o:{ n:a o:} >:' N:"],
    ['print `a` <> b', 'n:print o:` n:a o:` o:<> n:b N:'],
    ['가.나 = é', 'n:가 o:. n:나 o:= n:é N:'],
    ['a\rb', 'n:a N:⏎ n:b N:'],
    ['', 'N:'],
  ])('%s', (source, tokens) => {
    expect(read(source)).toBe(tokens);
  });
});
