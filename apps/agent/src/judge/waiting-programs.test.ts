import { describe, expect, it } from 'vitest';
import { waitingPrograms } from './waiting-programs.ts';

const CHANGE = new Date('2026-11-22T10:00:00.000Z');
const at = (time: string): Date => new Date(`2026-11-22T${time}.000Z`);
const named = (name: string, startedAt = at('08:00:00'), pid = 1) => ({
  pid,
  name,
  account: 'ann',
  startedAt,
});

describe('waitingPrograms', () => {
  it.each([
    'maya.bin',
    'maya.exe',
    'Nuke15.1',
    'houdini-bin',
    'houdinifx',
    'hython',
    '3dsmax.exe',
    'rv',
    'blender',
    'UnrealEditor.exe',
    'Photoshop.exe',
    'deadlineworker',
    'rqd',
    'gnome-session-b',
    'explorer.exe',
  ])('%s, which began before the change, waits for a restart', (name) => {
    expect(waitingPrograms([named(name)], CHANGE)).toEqual([
      { pid: 1, account: 'ann', program: name, since: '2026-11-22T08:00:00.000Z' },
    ]);
  });

  it.each(['bash', 'systemd', 'trustfleet-agent', 'rvlog', 'mayapple', 'firefox', 'explorer-tool'])(
    '%s is none of them',
    (name) => {
      expect(waitingPrograms([named(name)], CHANGE)).toEqual([]);
    },
  );

  it('what began after the change has it already; the oldest is told first', () => {
    const found = waitingPrograms(
      [named('rv', at('09:00:00'), 2), named('rv', at('10:00:01'), 3), named('blender', at('07:00:00'), 4)],
      CHANGE,
    );

    expect(found.map(({ pid }) => pid)).toEqual([4, 2]);
  });
});
