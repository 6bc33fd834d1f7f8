import { createHash } from 'node:crypto';
import type {
  FindingView,
  GroupView,
  HostSharedInstalls,
  SharedInstallDetail,
  SharedInstallPage,
} from '@trustfleet/api';
import type { SharedFrom, ShareState } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab, ROOTS } from '../../testing/fleet-lab.ts';
import { trustStores, type TestAgent } from '../../testing/test-agent.ts';
import { eventually, personWith } from '../../testing/test-server.ts';

// Hosts on real sockets that see one export, each in its own way.

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterAll(() => lab.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Seen {
  readonly mount: string;
  readonly share: Omit<SharedFrom, 'path'>;
  readonly code?: string;
  readonly version?: string;
}

/** What an agent says that finds shotgun_api3 in `tools` of an export. */
function sections({ mount, share, code = 'code', version = '3.3.4' }: Seen, shares?: ShareState[]) {
  const [slash, below] = mount.includes('\\')
    ? ['\\', '\\tools\\shotgun_api3']
    : ['/', '/tools/shotgun_api3'];
  const location = `${mount}${below}`;
  const api = {
    ...{ path: `${location}${slash}shotgun.py`, location, form: 'loose', version, metadataVersion: null },
    ...{ sha256: sha256(code), bundles: [], core: null, zipPython: null, inUse: true },
    shared: { ...share, path: '/tools/shotgun_api3/shotgun.py' },
  };
  return {
    trustStores: trustStores(ROOTS),
    shotgrid: { apis: [api], cores: [], configurations: [], problems: [], ...(shares && { shares }) },
  };
}

const NFS = { type: 'nfs4', export: 'nas.studio.test:/vol' };
const onNfs = (mount: string, more: Partial<Seen> = {}): Seen => ({
  ...{ mount, share: { ...NFS, mount } },
  ...more,
});

const list = async (query = '', page = lab.page) =>
  (await page.get<SharedInstallPage>(`/api/v1/shared-installs${query}`)).body;
const settled = (query: string, done: (page: SharedInstallPage) => boolean) =>
  eventually(() => list(query), done);
const detail = async (id: string, query = '') =>
  (await lab.page.get<SharedInstallDetail>(`/api/v1/shared-installs/${id}${query}`)).body;

describe('shared installs', () => {
  it('are one over hosts that mount one export here and there, and go with the last of them', async () => {
    const hosts: TestAgent[] = [];
    for (const [index, mount] of ['/mnt/vol', '/studio/nas', '/n'].entries()) {
      const agent = await lab.newcomer(`ws-nfs-${index}`);
      agent.report(sections(onNfs(mount)));
      hosts.push(agent);
    }

    const { items } = await settled('?q=nas.studio', (page) => page.items[0]?.hosts === 3);
    expect(items).toMatchObject([
      {
        kind: 'shotgunApi',
        source: 'nas.studio.test:',
        path: '/vol/tools/shotgun_api3/shotgun.py',
        server: 'nas',
        version: '3.3.4',
        hosts: 3,
        differs: false,
      },
    ]);
    const id = items[0]?.id ?? '';
    const first = await detail(id, '?limit=2');
    expect(first.uses.items.map(({ hostName, mount, path }) => [hostName, mount, path])).toEqual([
      ['ws-nfs-0', '/mnt/vol', '/mnt/vol/tools/shotgun_api3/shotgun.py'],
      ['ws-nfs-1', '/studio/nas', '/studio/nas/tools/shotgun_api3/shotgun.py'],
    ]);
    expect((await detail(id, `?after=${first.uses.next}`)).uses).toMatchObject({
      items: [{ hostName: 'ws-nfs-2' }],
      next: null,
    });
    const own = await lab.page.get<HostSharedInstalls>(
      `/api/v1/hosts/${hosts[1]?.identity.hostId ?? ''}/shared-installs`,
    );
    expect(own.body.items).toMatchObject([{ id, hosts: 3, at: '/studio/nas/tools/shotgun_api3/shotgun.py' }]);

    // Somebody sees another content, until everybody does.
    hosts[0]?.report(sections(onNfs('/mnt/vol', { code: 'new code', version: '3.4.0' })));
    await settled('?differing=true', (page) => page.items.length === 2);
    expect((await detail(id)).others).toMatchObject([{ version: '3.4.0', hosts: 1 }]);
    for (const agent of hosts.slice(1))
      agent.report(sections(onNfs('/m', { code: 'new code', version: '3.4.0' })));
    const all = await settled(
      '?q=nas.studio',
      (page) => page.items.length === 1 && page.items[0]?.hosts === 3,
    );
    expect(all.items).toMatchObject([{ version: '3.4.0', differs: false }]);
    expect((await lab.page.get(`/api/v1/shared-installs/${id}`)).status).toBe(404);

    const nothing = { apis: [], cores: [], configurations: [], problems: [] };
    for (const agent of hosts) agent.report({ trustStores: trustStores(ROOTS), shotgrid: nothing });
    await settled('?q=nas.studio', (page) => page.items.length === 0);
  });

  it('are one for Linux and Windows on one SMB share, whatever the case; NFS of that server is another', async () => {
    const [linux, windows, nfs] = [
      await lab.newcomer('ws-cifs'),
      await lab.newcomer('ws-windows'),
      await lab.newcomer('ws-other'),
    ];
    linux.report(
      sections({ mount: '/mnt/t', share: { type: 'cifs', export: '//filer/Tools', mount: '/mnt/t' } }),
    );
    windows.report(sections({ mount: 'C:\\links', share: { type: 'share', export: '\\\\FILER\\TOOLS' } }));
    nfs.report(
      sections({ mount: '/mnt/n', share: { type: 'nfs4', export: 'filer:/Tools', mount: '/mnt/n' } }),
    );

    const { items } = await settled(
      '?q=filer',
      (page) => page.items.length === 2 && page.items.some(({ hosts }) => hosts === 2),
    );
    expect(items.map(({ source, path, hosts }) => [source, path, hosts])).toEqual([
      ['//filer/tools', '/tools/shotgun_api3/shotgun.py', 2],
      ['filer:', '/Tools/tools/shotgun_api3/shotgun.py', 1],
    ]);
    const { uses } = await detail(items[0]?.id ?? '');
    expect(uses.items.map(({ path, mount }) => [path, mount])).toEqual([
      ['/mnt/t/tools/shotgun_api3/shotgun.py', '/mnt/t'],
      ['C:\\links\\tools\\shotgun_api3\\shotgun.py', null],
    ]);
  });

  it('are shown to those who see one of their hosts', async () => {
    const group = (await lab.page.post<GroupView>('/api/v1/groups', { name: 'Lighting' })).body.id;
    const limited = await personWith(lab.page, { role: 'viewer', groups: [group] });
    const share = { type: 'nfs4', export: 'vault:/x', mount: '/x' };
    const [inside, outside] = [
      await lab.online(await lab.identity('ws-in', { groupId: group })),
      await lab.newcomer('ws-out'),
    ];
    for (const agent of [inside, outside]) agent.report(sections({ mount: '/x', share }));
    outside.report(sections({ mount: '/y', share: { ...share, export: 'secret-vault:/x' } }));
    inside.report(sections({ mount: '/x', share }));
    await settled('?q=vault', (page) => page.items.length === 2);

    const seen = await list('', limited);
    expect(seen.items).toMatchObject([{ source: 'vault:', hosts: 1 }]);
    const hidden = (await list('?q=secret-vault')).items[0]?.id ?? '';
    expect((await limited.get(`/api/v1/shared-installs/${hidden}`)).status).toBe(404);
    const { hostId } = outside.identity;
    expect((await limited.get(`/api/v1/hosts/${hostId}/shared-installs`)).status).toBe(404);
  });

  it('are looked for with plain text, page by page', async () => {
    expect((await lab.page.get('/api/v1/shared-installs?q=%00')).status).toBe(400);
    expect((await lab.page.get('/api/v1/shared-installs?kind=other')).status).toBe(400);
    expect((await lab.page.get('/api/v1/shared-installs/nothing')).status).toBe(404);
    const first = await list('?limit=1');
    expect(first.next).toBe(first.items[0]?.id);
    const second = await list(`?limit=1&after=${first.next}`);
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
  });
});

describe('a share that does not answer', () => {
  it('is a finding as long as it does not', async () => {
    const agent = await lab.newcomer('ws-silent');
    const share = { export: NFS.export, type: NFS.type, mount: '/mnt/vol' };
    const findings = async () =>
      (await lab.page.get<{ items: FindingView[] }>('/api/v1/findings?cause=shareDoesNotAnswer')).body.items;
    const told = (state: ShareState['state']) => sections(onNfs('/mnt/vol'), [{ ...share, state }]);

    agent.report(told('doesNotAnswer'));
    expect(await eventually(findings, (items) => items.length === 1)).toMatchObject([
      {
        hostId: agent.identity.hostId,
        rule: 'sharesAnswer',
        cause: 'shareDoesNotAnswer',
        severity: 'warning',
        subject: { kind: 'share', ...share },
      },
    ]);
    agent.report(told('answers'));
    await eventually(findings, (items) => items.length === 0);
  });
});
