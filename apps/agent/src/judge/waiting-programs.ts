import { readProcesses, type Host, type RunningProcess } from '@trustfleet/host';
import type { RunningProgram, RunningPrograms } from '@trustfleet/repair';

const MAX_PROGRAMS = 200;

/** Programs with a Python of their own that artists leave open for days, and those of render farms (failures.md §7.4). Names may be cut to 15 characters. */
const PROGRAMS: readonly RegExp[] = [
  /^maya(?:\.bin|py|\d*)?$/i,
  /^(?:nuke|hiero|nukex|nukestudio)[\d.v]*$/i,
  /^(?:houdini|houdinifx|happrentice|hindie|hython|hbatch|mantra)(?:-bin|[\d.]*)$/i,
  /^(?:3dsmax|3dsmaxpy|3dsmaxbatch|motionbuilder|mobupy)$/i,
  /^(?:flame|flare|flameassist|lustre|smoke)[\w.]*$/i,
  /^(?:alias|vredpro|vreddesign|mari[\d.v]*|rv|rvpkg)$/i,
  /^(?:photoshop|afterfx|adobe photoshop.*|adobe after .*)$/i,
  /^(?:shotgun|shotgrid|flow production.*|shotgun desktop)$/i,
  /^(?:blender|unrealeditor(?:-cmd)?|ue4editor(?:-cmd)?|cinema 4d|substance.*|adobe substance.*)$/i,
  /^(?:deadlineworker|deadlineslave|deadlinelauncher|deadlinepulse|rqd|tractor-blade|rrclient|qubeworker|mgclient)$/i,
];

/** What gives its environment to all that is started in it: a session, or the shell of a desktop. */
const SESSIONS: readonly RegExp[] = [
  /^(?:gnome-session(?:-b(?:inary)?)?|gnome-shell|plasmashell|ksmserver|xfce4-session|mate-session|cinnamon-sessi(?:on)?|lxsession)$/i,
  /^(?:explorer|loginwindow|finder)$/i,
];

/** Of all that runs what began before the change, keeps what it loaded, and is worth telling. Oldest first. */
export function waitingPrograms(running: readonly RunningProcess[], before: Date): RunningProgram[] {
  return running
    .filter(({ startedAt }) => startedAt < before)
    .filter(({ name }) => isKnown(name.replace(/\.exe$/i, '')))
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime() || a.pid - b.pid)
    .slice(0, MAX_PROGRAMS)
    .map(({ pid, name, account, startedAt }) => ({
      ...{ pid, account: account ?? '', program: name },
      since: startedAt.toISOString(),
    }));
}

const isKnown = (name: string): boolean => [...PROGRAMS, ...SESSIONS].some((pattern) => pattern.test(name));

/** Looks at this machine; closes nothing of anybody's. */
export function createRunningPrograms(host: Pick<Host, 'users'>): RunningPrograms {
  return async (before) => {
    const { users } = await host.users('/');
    return waitingPrograms(await readProcesses(new Map(users.map(({ uid, name }) => [uid, name]))), before);
  };
}
