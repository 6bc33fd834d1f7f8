import type { Registry } from './ports.ts';

const PROFILES = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';
/** People of a machine or domain, and of Entra ID (learn.microsoft.com, "Well-known SIDs"). */
export const PERSON = /^S-1-(5-21|12-1)(-\d{1,10}){4}$/;

/** The profile folder of each account that has one, by SID: written by the system alone. May hold `%NAMES%`. */
export async function profileFolders(registry: Registry): Promise<ReadonlyMap<string, string>> {
  const list = await registry.read('localMachine', PROFILES);
  const folders = new Map<string, string>();
  for (const sid of (list.state === 'read' ? list.keys : []).filter((name) => PERSON.test(name))) {
    const read = await registry.read('localMachine', `${PROFILES}\\${sid}`);
    const folder =
      read.state === 'read' ? read.values.find(({ name }) => name === 'ProfileImagePath')?.text : undefined;
    if (folder !== undefined) folders.set(sid, folder);
  }
  return folders;
}
