import { jobPlan, type TrustStore } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { REMEDIES, type UndoEffect, type UndoEntry, type UndoFile } from '../index.ts';
import { bundleFile, entry, hostWith, root, second, storeOf } from '../testing/facts.ts';

const remedy = REMEDIES['trustStore.removeAnchor'];
const anchor = root.sha256;
const CONF = '/etc/ca-certificates.conf';
const FILE = '/usr/local/share/ca-certificates/studio.crt';
const BLOCK = '/etc/pki/ca-trust/source/blocklist/x.pem';
const [BEFORE, AFTER, FOREIGN] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];

function undo(store: TrustStore, left: { files?: UndoFile[]; entries?: UndoEntry[] }): UndoEffect {
  return remedy.undoEffect(
    hostWith(store),
    { anchor, ...(store.operatingSystem ? {} : { store: store.id }) },
    { certificate: root, files: left.files ?? [], entries: left.entries ?? [] },
  );
}
const held = bundleFile({ anchors: [anchor, second.sha256].sort() });
const putBack = (change: Partial<UndoEntry> = {}): UndoEntry => ({
  ...{
    store: 'nss:0123456789ab',
    now: AFTER,
    written: AFTER,
    previous: { digest: BEFORE, trust: 'servers' },
  },
  ...change,
});

describe('undo of trustStore.removeAnchor', () => {
  const tool = { kind: 'runTool', argv: ['/usr/sbin/update-ca-certificates'] };
  const back = { kind: 'addAnchor', store: 'debian', anchor, subject: root.subject };

  it.each<[string, UndoEffect, unknown[]]>([
    [
      'a removed file comes back, the tool runs, the anchor is trusted again',
      undo(storeOf('debian'), { files: [{ path: FILE, now: null, written: null, previous: BEFORE }] }),
      [{ kind: 'restoreFile', path: FILE, sha256: BEFORE }, tool, back],
    ],
    [
      'a line is switched on again',
      undo(storeOf('debian'), { files: [{ path: CONF, now: AFTER, written: AFTER, previous: BEFORE }] }),
      [{ kind: 'restoreFile', path: CONF, sha256: BEFORE }, tool, back],
    ],
    [
      'a rejection goes',
      undo(storeOf('rhel'), { files: [{ path: BLOCK, now: AFTER, written: AFTER, previous: null }] }),
      [
        { kind: 'removeFile', path: BLOCK, sha256: AFTER },
        { kind: 'runTool', argv: ['/usr/bin/update-ca-trust', 'extract'] },
        { ...back, store: 'rhel' },
      ],
    ],
    [
      'the files are back already and the bundle lags behind',
      undo(storeOf('debian'), { files: [{ path: FILE, now: BEFORE, written: null, previous: BEFORE }] }),
      [tool, back],
    ],
    [
      'an entry is what it was before',
      undo(storeOf('nss', { entries: [entry({ trust: 'distrusted' })] }), { entries: [putBack()] }),
      [{ ...back, store: 'nss:0123456789ab' }],
    ],
  ])('%s', (_name, effect, changes) => {
    expect(effect).toEqual({ kind: 'change', changes });
    expect(jobPlan.parse({ changes })).toEqual({ changes });
  });

  it.each<[string, UndoEffect]>([
    [
      'file and anchor are back',
      undo(storeOf('debian', { bundle: held }), {
        files: [{ path: FILE, now: BEFORE, written: null, previous: BEFORE }],
      }),
    ],
    ['the entry is back', undo(storeOf('nss'), { entries: [putBack({ now: BEFORE })] })],
  ])('nothing is left of it: %s', (_name, effect) => {
    expect(effect).toEqual({ kind: 'none' });
  });

  it.each<[string, UndoEffect, RegExp]>([
    [
      'somebody wrote another file there',
      undo(storeOf('debian'), { files: [{ path: FILE, now: FOREIGN, written: null, previous: BEFORE }] }),
      /studio\.crt no longer holds what that job wrote/,
    ],
    [
      'somebody changed the entry',
      undo(storeOf('nss'), { entries: [putBack({ now: FOREIGN })] }),
      /entry in nss:0123456789ab is no longer what that job made of it/,
    ],
    [
      'the store is gone',
      remedy.undoEffect(
        {},
        { anchor, store: 'nss:0' },
        { certificate: root, files: [], entries: [putBack()] },
      ),
      /no store nss:0 on this host any more/,
    ],
    [
      'the store cannot change',
      undo(storeOf('nss', { cannotChange: 'locked' }), { entries: [putBack()] }),
      /locked/,
    ],
  ])('hindered: %s', (_name, effect, reason) => {
    expect(effect).toEqual({ kind: 'blocked', reason: expect.stringMatching(reason) as string });
  });
});
