/**
 * Which roots were in which releases. `releases` are in order, each with the SHA-256 digests of its list; the answer maps a digest to the
 * spans `[first release with it, first release without it or null]`, by index. A root that left may come back.
 */
export function spansOf(releases) {
  const spans = new Map();
  for (const [index, digests] of releases.entries()) {
    for (const digest of digests) {
      const known = spans.get(digest) ?? [];
      if (known.at(-1)?.at(1) !== null) known.push([index, null]);
      spans.set(digest, known);
    }
    for (const [digest, known] of spans) {
      const last = known.at(-1);
      if (last[1] === null && !digests.has(digest)) last[1] = index;
    }
  }
  return spans;
}

/** One root a line, so that a difference can be read; in order of entering, then of digest. */
export function catalogueText({ source, releases, roots }) {
  const rows = (values) => values.map((value) => `    ${JSON.stringify(value)}`).join(',\n');
  return `{\n  "source": ${JSON.stringify(source)},\n  "releases": [\n${rows(releases)}\n  ],\n  "roots": [\n${rows(roots)}\n  ]\n}\n`;
}
