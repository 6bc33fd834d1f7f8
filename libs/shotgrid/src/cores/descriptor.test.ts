import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheFolders, describeDescriptor, descriptorUri, parseDescriptor, placeOf } from './descriptor.ts';

/** Types and their keys (shotgrid.md §2.1). */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  app_store: ['name', 'version', 'label'],
  git: ['path', 'version'],
  git_branch: ['path', 'branch', 'version'],
  github_release: ['organization', 'repository', 'version', 'private'],
  shotgun: ['entity_type', 'field', 'version', 'id', 'name', 'project_id'],
  path: ['path', 'windows_path', 'linux_path', 'mac_path', 'name', 'version'],
  dev: ['path', 'windows_path', 'linux_path', 'mac_path', 'name', 'version'],
  manual: ['name', 'version'],
};
const descriptors = fc.constantFrom(...Object.keys(TYPES)).chain((type) =>
  fc
    .record(
      Object.fromEntries(
        (TYPES[type] ?? []).map((key) => [key, fc.string({ minLength: 1, unit: 'binary' })]),
      ),
      {
        requiredKeys: [],
      },
    )
    .map((keys) => ({ type, ...keys })),
);

describe('a descriptor', () => {
  it.each([
    [
      { type: 'app_store', name: 'tk-core', version: 'v0.23.8' },
      'sgtk:descriptor:app_store?name=tk-core&version=v0.23.8',
      {
        shown: { type: 'app_store', name: 'tk-core', version: 'v0.23.8' },
        folders: ['app_store', 'tk-core', 'v0.23.8'],
      },
    ],
    [
      { type: 'git', path: 'git@github.com:studio/tk-core.git', version: 'v0.21.0' },
      'sgtk:descriptor:git?path=git%40github.com%3Astudio/tk-core.git&version=v0.21.0',
      {
        shown: { type: 'git', name: 'tk-core.git', version: 'v0.21.0' },
        folders: ['git', 'tk-core.git', 'v0.21.0'],
      },
    ],
    [
      { type: 'git_branch', path: 'https://git.studio/tk-core/', branch: 'main', version: '17fedd8a6e2c' },
      'sgtk:descriptor:git_branch?path=https%3A//git.studio/tk-core/&branch=main&version=17fedd8a6e2c',
      {
        shown: { type: 'git_branch', name: 'tk-core', version: '17fedd8a6e2c' },
        folders: ['gitbranch', 'tk-core', '17fedd8'],
      },
    ],
    [
      {
        type: 'github_release',
        organization: 'studio',
        repository: 'tk-core',
        version: 'v1.2.3',
        private: 'true',
      },
      'sgtk:descriptor:github_release?organization=studio&repository=tk-core&version=v1.2.3&private=true',
      {
        shown: { type: 'github_release', name: 'tk-core', version: 'v1.2.3' },
        folders: ['github', 'studio', 'tk-core', 'v1.2.3'],
      },
    ],
    [
      { type: 'shotgun', entity_type: 'PipelineConfiguration', field: 'sg_core', id: '42', version: '456' },
      'sgtk:descriptor:shotgun?entity_type=PipelineConfiguration&field=sg_core&id=42&version=456',
      { shown: { type: 'shotgun', name: null, version: '456' }, folders: ['sg', 'studio', 'v456'] },
    ],
    [
      { type: 'manual', name: 'tk-core', version: 'v1' },
      'sgtk:descriptor:manual?name=tk-core&version=v1',
      { shown: { type: 'manual', name: 'tk-core', version: 'v1' }, folders: ['manual', 'tk-core', 'v1'] },
    ],
    [
      { type: 'app_store', name: 'tk-core' },
      'sgtk:descriptor:app_store?name=tk-core',
      { shown: { type: 'app_store', name: 'tk-core', version: null }, folders: ['app_store', 'tk-core'] },
    ],
  ])('%j is %s', (dict, uri, { shown, folders }) => {
    const descriptor = parseDescriptor(dict);
    expect(descriptor).not.toBeNull();
    if (descriptor === null) return;
    expect(descriptorUri(descriptor)).toBe(uri);
    expect(parseDescriptor(uri)).toEqual(descriptor);
    expect(describeDescriptor(descriptor)).toEqual({ ...shown, text: uri });
    const cached = cacheFolders(descriptor, 'studio.shotgrid.autodesk.com');
    expect([...(cached?.folders ?? []), ...(cached?.version == null ? [] : [cached.version])]).toEqual(
      folders,
    );
  });

  it('says the same as a dict and as a URI, of every type and with any values', () => {
    fc.assert(
      fc.property(descriptors, (dict) => {
        const descriptor = parseDescriptor(dict);
        expect(descriptor).not.toBeNull();
        if (descriptor === null) return;
        expect(parseDescriptor(descriptorUri(descriptor))).toEqual(descriptor);
        expect(Object.fromEntries([['type', descriptor.type], ...descriptor.keys])).toEqual(dict);
      }),
    );
  });

  it('leads to no other place than the cache, whatever its keys say', () => {
    fc.assert(
      fc.property(descriptors, fc.string(), (dict, site) => {
        const descriptor = parseDescriptor(dict);
        const cached = descriptor === null ? null : cacheFolders(descriptor, site);
        for (const part of [
          ...(cached?.folders ?? []),
          ...(cached?.version == null ? [] : [cached.version]),
        ]) {
          expect(part).not.toMatch(/[/\\\0]/);
          expect(['', '.', '..']).not.toContain(part);
        }
      }),
    );
    expect(
      cacheFolders(
        {
          type: 'app_store',
          keys: new Map([
            ['name', '..'],
            ['version', 'x'],
          ]),
        },
        null,
      ),
    ).toBeNull();
    expect(
      cacheFolders(
        {
          type: 'app_store',
          keys: new Map([
            ['name', 'tk-core'],
            ['version', '../../..'],
          ]),
        },
        null,
      ),
    ).toBeNull();
  });

  it.each([
    ['https://alice:s3cret@git.studio/tk-core.git', 'https%3A//***%40git.studio/tk-core.git'],
    ['https://s3cret@git.studio/tk-core.git', 'https%3A//***%40git.studio/tk-core.git'],
    ['ssh://git:s3cret@x@git.studio/tk-core.git', 'ssh%3A//***%40git.studio/tk-core.git'],
  ])('shows no credential of %s', (path, shown) => {
    const descriptor = parseDescriptor({ type: 'git', path, version: 'v1', token: 's3cret' });
    const { text } = describeDescriptor(descriptor ?? { type: '', keys: new Map() });
    expect(text).toBe(`sgtk:descriptor:git?path=${shown}&version=v1&token=***`);
    expect(text).not.toContain('s3cret');
  });

  it('of the types path and dev has a place for each system', () => {
    const dev = parseDescriptor({
      type: 'dev',
      linux_path: '$STUDIO/core',
      windows_path: 'S:\\core',
      path: '~/core',
    });
    expect(dev === null ? null : placeOf(dev, 'linux')).toBe('$STUDIO/core');
    expect(dev === null ? null : placeOf(dev, 'windows')).toBe('S:\\core');
    expect(dev === null ? null : placeOf(dev, 'macos')).toBe('~/core');
    expect(dev === null ? null : cacheFolders(dev, null)).toBeNull();
  });

  it.each([
    null,
    1,
    [],
    {},
    { name: 'x' },
    { type: 7.5 },
    '',
    'sgtk:descriptor',
    'sgtk:location:x?y=z',
    'tk-core',
  ])('is not read from %j', (value) => {
    expect(parseDescriptor(value)).toBeNull();
  });
});
