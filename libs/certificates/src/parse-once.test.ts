import { expect, it } from 'vitest';
import { describeBundle, parseBundle, WELL_KNOWN_ROOTS, type DescribedBundle } from './index.ts';

const [first, second] = WELL_KNOWN_ROOTS.map(({ pem }) => pem);

function describeText(text: string): DescribedBundle {
  const bytes = Buffer.from(text);
  return describeBundle('/ca.pem', { state: 'read', bytes, size: bytes.length, realPath: null });
}

it('parses what was parsed a moment ago not again, and everything else', () => {
  const [one, again, other] = [describeText(first!), describeText(first!), describeText(second!)];

  expect(again.certificates).toBe(one.certificates);
  expect(other.certificates).not.toEqual(one.certificates);
  for (const [text, { certificates, file }] of [
    [first, again],
    [second, other],
  ] as const)
    expect({ certificates, anchors: file.anchors }).toEqual(
      (({ certificates: fresh, anchors }) => ({ certificates: fresh, anchors }))(
        parseBundle(Buffer.from(text!)),
      ),
    );
});

it('keeps only the last few', () => {
  const one = describeText(first!);
  for (let index = 0; index < 20; index += 1) describeText(`${second!}# ${String(index)}\n`);

  const later = describeText(first!);

  expect(later.certificates).not.toBe(one.certificates);
  expect(later).toEqual(one);
});

it('keeps nothing that is large for long', () => {
  const one = describeText(first!);
  describeText(`${second!}${'# a comment\n'.repeat(400_000)}`);

  expect(describeText(first!).certificates).not.toBe(one.certificates);
});
