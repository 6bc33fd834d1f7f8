import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withCoreVersion, type CoreVersionEdit } from './core-version.ts';

const edit = (text: string | Uint8Array, version = 'v0.24.0'): CoreVersionEdit =>
  withCoreVersion(typeof text === 'string' ? Buffer.from(text) : text, version);
const textOf = (made: CoreVersionEdit): string | null =>
  made.kind === 'edited' ? Buffer.from(made.bytes).toString('utf8') : null;

const DICT = `# studio: ask Ana before you change this\r
location:\r
    version:   v0.23.8   # since June\r
    name: "tk-core"\r
    type: app_store\r
\r
`;

describe('the version of a core_api.yml', () => {
  it.each<[string, string]>([
    ['a dict with comments, spaces and CR LF', DICT],
    ['a dict on one line', 'location: {type: app_store, name: tk-core, version: v0.23.8}\n'],
    ['single quotes', "location:\n  type: app_store\n  name: tk-core\n  version: 'v0.23.8'\n"],
    ['double quotes, no line end', 'location: {name: tk-core, type: app_store, "version": "v0.23.8"}'],
    ['a URI', 'location: sgtk:descriptor:app_store?name=tk-core&version=v0.23.8\n'],
    [
      'a URI, version first, in quotes',
      "location: 'sgtk:descriptor:app_store?version=v0.23.8&name=tk-core' # x\n",
    ],
    ['a byte order mark', '\ufefflocation:\n  type: app_store\n  name: tk-core\n  version: v0.23.8\n'],
    ['a document mark', '---\nlocation: {type: git, path: "git@host:tk-core.git", version: v0.23.8}\n...\n'],
    [
      'the same version elsewhere',
      '# v0.23.8\nother: v0.23.8\nlocation: {type: app_store, name: tk-core, version: v0.23.8}\n',
    ],
  ])('changes, and nothing else: %s', (_name, text) => {
    const after = textOf(edit(text));

    expect(after).not.toBeNull();
    const at = text.lastIndexOf('v0.23.8');
    expect(after).toBe(`${text.slice(0, at)}v0.24.0${text.slice(at + 7)}`);
    expect(edit(after ?? '')).toMatchObject({ kind: 'asWanted' });
    expect(textOf(edit(after ?? '', 'v0.23.8'))).toBe(text);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['no version: the latest at run time', 'location: {type: app_store, name: tk-core}\n', /no version/],
    ['a URI without one', 'location: sgtk:descriptor:app_store?name=tk-core\n', /no version/],
    ['no location', 'core: 1\n', /no location/],
    ['a file that is no YAML', 'location: [a\n', /not YAML/],
    ['the version twice', 'location: {type: a, version: v1.0.0, version: v2.0.0}\n', /not YAML/],
    ['two documents', 'location: {type: a, version: v1.0.0}\n---\na: 1\n', /not YAML/],
    ['an alias', 'v: &v v0.23.8\nlocation: {type: app_store, name: tk-core, version: *v}\n', /only a person/],
    [
      'an anchor that others use',
      'location: {type: a, name: tk-core, version: &v v0.23.8}\no: *v\n',
      /only a person/,
    ],
    ['an escape', 'location: {type: a, name: tk-core, version: "v0.23\\x2e8"}\n', /only a person/],
    ['a block', 'location:\n  type: a\n  version: >-\n    v0.23.8\n', /only a person/],
    [
      'a version twice in a URI',
      'location: sgtk:descriptor:a?version=v1.0.0&version=v2.0.0\n',
      /only a person/,
    ],
    ['UTF-16', Buffer.from('location: {}', 'utf16le'), /no location|no text|not YAML/],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x80]), /no text/],
    [
      'a bomb of aliases',
      `a: &a [1,1]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`},*${at === 0 ? 'a' : `b${at - 1}`}]`).join('\n')}\nlocation: *b29\n`,
      /./,
    ],
  ])('is left alone: %s', (_name, text, reason) => {
    const made = edit(text);

    expect(made.kind).toBe('refused');
    expect(made.kind === 'refused' ? made.reason : '').toMatch(reason);
  });

  it('tells the line, with credentials and comments masked', () => {
    expect(edit(DICT)).toMatchObject({
      ...{ line: 3, before: '    version:   v0.23.8   # …', after: '    version:   v0.24.0   # …' },
    });
    expect(
      edit('\nlocation: sgtk:descriptor:git?path=https://ana:t0ken@git.studio/tk-core.git&version=v0.23.8\n'),
    ).toMatchObject({
      line: 2,
      after: 'location: sgtk:descriptor:git?path=https://***@git.studio/tk-core.git&version=v0.24.0',
    });
  });

  it('whatever the file holds: it never throws, and an edit is undone by the opposite one', () => {
    const version = fc.constantFrom('v0.23.8', 'v0.24.0', 'v1.0.0');
    const noise = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(fc.record({ before: noise, present: version, after: noise, uri: fc.boolean() }), (one) => {
        const { before, present, after, uri } = one;
        const location = uri
          ? `location: sgtk:descriptor:app_store?name=tk-core&version=${present}`
          : `location: {type: app_store, version: ${present}, name: tk-core}`;
        const text = `${before}\n${location}\n${after}`;
        const made = edit(text);
        if (made.kind !== 'edited') return;

        expect(textOf(edit(textOf(made) ?? '', present))).toBe(text);
      }),
    );
  });
});
