import { describe, expect, it } from 'vitest';
import { readApiVersion } from './read-api-version.ts';

describe('__version__ of shotgun.py', () => {
  it.each<readonly [text: string, version: string | null]>([
    // Values of published tags (shotgrid.md §1.1).
    ...[
      '3.0.9.beta2',
      '3.0.20.RC1',
      '3.0.30.dev',
      '3.0.32.toolkit',
      '3.7.0-beta.1',
      '3.8.3-beta1',
      '3.10.3',
    ].map((version) => [`__version__ = "${version}"\n`, version] as const),
    ["import os\n__version__ = '3.0.2'\n", '3.0.2'],
    ['__version__="3.9.0"', '3.9.0'],
    ['"""\n    __version__ = "1"\n"""\r\n__version__ = "3.4.2"\r\n', '3.4.2'],
    ['# __version__ = "3.0.1"\nversion = "2"\n', null],
    ['__version__ = VERSION\n', null],
    ['', null],
  ])('of %j is %j', (text, version) => {
    expect(readApiVersion(text)).toBe(version);
  });
});
