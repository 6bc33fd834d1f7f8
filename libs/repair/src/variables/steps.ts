import { dirname } from 'node:path';
import type { Subject, VariablePlace } from '@trustfleet/remedies';
import { StepFailedError, type RemedyStep } from '../remedy.ts';
import { changeOfFile, putFile, standingFile, type FileChange, type FilePlace } from './file-change.ts';
import type { DirectoryInverse, RegistryInverse, VariableInverse } from './inverses.ts';
import type { VariableAccess } from './ports.ts';
import { changedText, SERVICE_VALUE, valueIn } from './registry-text.ts';

export type RegistryTarget = Extract<VariablePlace, { kind: 'registry' }>;

const filesOf = (access: VariableAccess, place: Pick<FilePlace, 'asOwner'>, subject: Subject) =>
  access.files(place, subject.owner ?? null);

/** The directory of a file of our own, where it is missing. */
export function makeDirectoryStep(access: VariableAccess, place: FilePlace, subject: Subject): RemedyStep {
  const directory = dirname(place.source);
  return {
    name: 'makeDirectory',
    async inverse(): Promise<DirectoryInverse> {
      const files = await filesOf(access, place, subject);
      const made = [...(await files.missingDirectories(directory))];
      return { kind: 'directory', owner: subject.owner ?? null, asOwner: place.asOwner, made };
    },
    async run() {
      await (await filesOf(access, place, subject)).makeDirectory(directory);
    },
  };
}

/** Changes one variable in its file, while it still says what the plan was made on. */
export function changeFileStep(
  access: VariableAccess,
  change: FileChange,
  planned: string | null,
): RemedyStep {
  const { place, subject } = change;
  const look = async () => {
    const files = await filesOf(access, place, subject);
    const standing = await standingFile(files, place.source);
    return { files, standing, ...changeOfFile(change, standing) };
  };
  return {
    name: 'changeVariable',
    async inverse(): Promise<VariableInverse> {
      const { inverse } = await look();
      if (inverse.previous !== planned)
        throw new StepFailedError(
          `${subject.name} in ${place.source} was changed since the plan was made (${inverse.previous ?? 'not set'}), so it is left as it is.`,
        );
      return inverse;
    },
    async run() {
      const { files, next, standing } = await look();
      if (next !== standing.text)
        await putFile(files, { path: place.source, text: next }, standing.attributes);
    },
  };
}

export const registryName = (place: Pick<RegistryTarget, 'form'>, { name }: Pick<Subject, 'name'>): string =>
  place.form === 'strings' ? SERVICE_VALUE : name;

export function registryOf({ registry }: VariableAccess) {
  if (registry === null) throw new StepFailedError('This system has no registry.');
  return registry;
}

/** Changes one variable in the registry, while it still says what the plan was made on. */
export function changeRegistryStep(
  access: VariableAccess,
  { place, subject, value }: { place: RegistryTarget; subject: Subject; value: string | null },
): RemedyStep {
  const valueName = registryName(place, subject);
  return {
    name: 'changeVariable',
    async inverse(): Promise<RegistryInverse> {
      const text = await registryOf(access).get(place, valueName);
      const { name, owner = null, scope } = subject;
      const { form, hive, key } = place;
      return {
        ...{ kind: 'registryValue', name, scope, owner, hive, key, form, text },
        ...{ written: value, previous: valueIn(text, name) },
      };
    },
    async run() {
      const registry = registryOf(access);
      const { name } = subject;
      const before = await registry.get(place, valueName);
      if (valueIn(before, name) === value) return;
      const next = changedText(before, { form: place.form, name, value });
      if (next === null) await registry.remove(place, valueName);
      else await registry.set(place, valueName, next);
    },
  };
}

/** Tells who keeps variables in memory. */
export function announceStep(access: VariableAccess, how: 'units' | 'environment'): RemedyStep {
  return {
    name: how === 'units' ? 'reloadUnits' : 'announceEnvironment',
    inverse: () => Promise.resolve<VariableInverse>({ kind: 'announce', how }),
    async run(signal) {
      const reason = await access.announce(how, signal);
      if (reason !== null) throw new StepFailedError(reason);
    },
  };
}
