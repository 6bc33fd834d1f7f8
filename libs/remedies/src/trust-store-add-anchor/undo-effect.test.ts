import {
  type CertificateFacts,
  describeCertificate,
  pemToDer,
  WELL_KNOWN_ROOTS,
} from '@trustfleet/certificates';
import { jobPlan, type LocalAnchor, type TrustStore } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMEDIES, type UndoEffect, type UndoFile } from '../index.ts';

const remedy = REMEDIES['trustStore.addAnchor'];
const [certificate, second] = WELL_KNOWN_ROOTS.map(({ pem }) => describeCertificate(pemToDer(pem))) as [
  CertificateFacts,
  CertificateFacts,
];
const anchor = certificate.sha256;
const DIRECTORY = '/usr/local/share/ca-certificates';
const FILE = `${DIRECTORY}/trustfleet-${anchor.slice(0, 16)}.crt`;
const [WRITTEN, BEFORE, FOREIGN] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];
const TOOL = { kind: 'runTool', argv: ['/usr/sbin/update-ca-certificates'] };
const GONE = { kind: 'removeAnchor', store: 'debian', anchor, subject: certificate.subject };

function store(change: Partial<TrustStore> = {}, anchors: string[] = [anchor, second.sha256]): TrustStore {
  const path = '/etc/ssl/certs/ca-certificates.crt';
  return {
    ...{ id: 'debian', driver: 'debian', operatingSystem: true, name: 'Debian', anchorDirectory: DIRECTORY },
    bundle: {
      ...{ path, realPath: path, state: 'read', detail: null, sha256: 'd'.repeat(64), size: 10, anchors },
      ...{ problems: [], opensslAccepts: true },
    },
    localAnchors: [{ path: FILE, anchor, problem: null }],
    cannotChange: null,
    ...change,
  };
}
const file = (change: Partial<UndoFile> = {}): UndoFile => ({
  ...{ path: FILE, now: WRITTEN, written: WRITTEN, previous: null },
  ...change,
});
const undo = (host: TrustStore, ...files: UndoFile[]): UndoEffect =>
  remedy.undoEffect({ trustStores: { stores: [host] } }, { anchor }, { certificate, files, entries: [] });
const elsewhere: LocalAnchor = { path: `${DIRECTORY}/studio.crt`, anchor, problem: null };

describe('undo of trustStore.addAnchor', () => {
  it.each<[string, UndoEffect, unknown[]]>([
    [
      'its file goes, then the bundle is rebuilt and the anchor leaves it',
      undo(store(), file()),
      [{ kind: 'removeFile', path: FILE, sha256: WRITTEN }, TOOL, GONE],
    ],
    [
      'what stood there before comes back',
      undo(store(), file({ previous: BEFORE })),
      [{ kind: 'restoreFile', path: FILE, sha256: BEFORE }, TOOL, GONE],
    ],
    ['its file went already and the bundle lags behind', undo(store(), file({ now: null })), [TOOL, GONE]],
    ['it wrote no file, it only rebuilt', undo(store({ localAnchors: [] })), [TOOL, GONE]],
    [
      'another file brings the anchor too: that one stays, and so does the anchor',
      undo(store({ localAnchors: [elsewhere] }), file()),
      [{ kind: 'removeFile', path: FILE, sha256: WRITTEN }, TOOL],
    ],
    [
      'the bundle lacks it already and the file is still there',
      undo(store({}, []), file()),
      [{ kind: 'removeFile', path: FILE, sha256: WRITTEN }, TOOL],
    ],
  ])('%s', (_name, effect, changes) => {
    expect(effect).toEqual({ kind: 'change', changes });
    expect(jobPlan.parse({ changes })).toEqual({ changes });
  });

  it.each<[string, UndoEffect]>([
    ['file and anchor are gone', undo(store({}, []), file({ now: null }))],
    ['what stood before stands there', undo(store({}, []), file({ now: BEFORE, previous: BEFORE }))],
    [
      'the file is gone, another one holds the anchor',
      undo(store({ localAnchors: [elsewhere] }), file({ now: null })),
    ],
  ])('nothing is left of it: %s', (_name, effect) => {
    expect(effect).toEqual({ kind: 'none' });
  });

  it.each<[string, UndoEffect, RegExp]>([
    [
      'somebody changed the file',
      undo(store(), file({ now: FOREIGN })),
      /no longer holds what that job wrote/,
    ],
    [
      'somebody removed what had replaced theirs',
      undo(store(), file({ now: null, previous: BEFORE })),
      /no longer holds/,
    ],
    ['the store cannot change', undo(store({ cannotChange: 'the image is read-only' }), file()), /read-only/],
    ['the store is of another kind', undo(store({ driver: 'constructor' }), file()), /"constructor"/],
    ['there is no store', undo(store({ operatingSystem: false }), file()), /finds no operating system's/],
  ])('hindered: %s', (_name, effect, reason) => {
    expect(effect).toEqual({ kind: 'blocked', reason: expect.stringMatching(reason) as string });
  });

  it('touches no file but those of the run, and each only from what the run wrote', () => {
    const digest = fc.constantFrom(WRITTEN, BEFORE, FOREIGN, null);
    fc.assert(
      fc.property(digest, digest, fc.subarray([anchor, second.sha256]), (now, previous, anchors) => {
        const effect = undo(store({}, anchors), file({ now, previous }));
        if (effect.kind !== 'change') return;
        for (const change of effect.changes) {
          if (change.kind !== 'removeFile' && change.kind !== 'restoreFile') continue;
          expect(change.path).toBe(FILE);
          expect(now).toBe(WRITTEN);
        }
      }),
    );
  });
});
