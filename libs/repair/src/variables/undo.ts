import type { VariableLeft } from '@trustfleet/remedies';
import { VARIABLE_FORMATS } from '@trustfleet/remedies';
import { StepRefusedError, type UndoStep } from '../remedy.ts';
import { putFile, standingFile, textBack, changeOfFile } from './file-change.ts';
import {
  inversesIn,
  type DirectoryInverse,
  type FileInverse,
  type RegistryInverse,
  type VariableInverse,
} from './inverses.ts';
import type { RegistryText, VariableAccess, VariableFiles } from './ports.ts';
import { changedText, valueIn } from './registry-text.ts';
import { announceStep, registryName, registryOf } from './steps.ts';

const sourceOf = ({ hive, key }: RegistryInverse): string =>
  `${hive === 'users' ? 'HKEY_USERS' : 'HKEY_LOCAL_MACHINE'}\\${key}`;

/** What a run's journal says of the variable in each place, the last one first, beside what has become of it. */
export async function whatIsLeft(
  access: VariableAccess,
  journaled: readonly unknown[],
): Promise<{ readonly left: VariableLeft[]; readonly reload: boolean }> {
  const inverses = inversesIn(journaled);
  const left: VariableLeft[] = [];
  for (const inverse of inverses) {
    if (inverse.kind === 'variableFile') left.push(await fileLeft(access, inverse));
    if (inverse.kind === 'registryValue') left.push(await valueLeft(access, inverse));
  }
  return { left, reload: inverses.some((one) => one.kind === 'announce' && one.how === 'units') };
}

async function fileLeft(access: VariableAccess, inverse: FileInverse): Promise<VariableLeft> {
  const { format, name, path, previous, written } = inverse;
  const files = await access.files(inverse, inverse.owner);
  const { text } = await standingFile(files, path);
  return { source: path, now: VARIABLE_FORMATS[format].valueIn(text ?? '', name), written, previous };
}

async function valueLeft(access: VariableAccess, inverse: RegistryInverse): Promise<VariableLeft> {
  const { name, previous, written } = inverse;
  const text = await registryOf(access).get(inverse, registryName(inverse, inverse));
  return { source: sourceOf(inverse), now: valueIn(text, name), written, previous };
}

async function removeEmpty(files: VariableFiles, made: readonly string[]): Promise<void> {
  for (const path of made.toReversed()) await files.removeEmptyDirectory(path);
}

/** `made`: directories that were made for the file. They go with it: a stop between the two would leave them for good, since the variable is as before. */
function fileBackStep(access: VariableAccess, inverse: FileInverse, made: readonly string[]): UndoStep {
  const { asOwner, format, name, owner, path, scope } = inverse;
  const place = { kind: 'file', source: path, format, asOwner } as const;
  const subject = { name, scope, owner: owner ?? undefined };
  const look = async () => {
    const files = await access.files(place, owner);
    const standing = await standingFile(files, path);
    return { files, standing, back: textBack(inverse, standing.text) };
  };
  return {
    name: 'changeVariableBack',
    derives: false,
    async inverse(): Promise<VariableInverse> {
      const { standing } = await look();
      return changeOfFile({ place, subject, value: inverse.previous }, standing).inverse;
    },
    async run() {
      const { back, files, standing } = await look();
      if ('refused' in back) throw new StepRefusedError(back.refused);
      if (back.text !== standing.text)
        await putFile(files, { path, text: back.text }, standing.attributes ?? inverse.attributes);
      await files.sweep(path);
      if (back.text === null) await removeEmpty(files, made);
    },
  };
}

/** The value as it stood; of a list in which somebody changed other texts since, our own alone. */
function textBefore(
  { form, name, previous, text, written }: RegistryInverse,
  present: RegistryText | null,
): RegistryText | null {
  if (form === 'value') return text;
  const left = changedText(text, { form, name, value: written });
  if (JSON.stringify(present) === JSON.stringify(left)) return text;
  return changedText(present, { form, name, value: previous });
}

function valueBackStep(access: VariableAccess, inverse: RegistryInverse): UndoStep {
  const { name, previous, written } = inverse;
  const valueName = registryName(inverse, inverse);
  return {
    name: 'changeVariableBack',
    derives: false,
    async inverse(): Promise<VariableInverse> {
      const text = await registryOf(access).get(inverse, valueName);
      return { ...inverse, text, written: previous, previous: valueIn(text, name) };
    },
    async run() {
      const registry = registryOf(access);
      const present = await registry.get(inverse, valueName);
      const now = valueIn(present, name);
      if (now !== written && now !== previous)
        throw new StepRefusedError(
          `${name} in ${sourceOf(inverse)} is ${now ?? 'not set'} now; this job left it ${written ?? 'not set'}. Somebody changed it since, so it was left as it is.`,
        );
      const back = textBefore(inverse, present);
      if (back === null) await registry.remove(inverse, valueName);
      else await registry.set(inverse, valueName, back);
    },
  };
}

function directoryBackStep(access: VariableAccess, inverse: DirectoryInverse): UndoStep {
  return {
    name: 'removeEmptyDirectory',
    derives: true,
    inverse: () => Promise.resolve<VariableInverse>(inverse),
    async run() {
      const files = await access.files(inverse, inverse.owner);
      await removeEmpty(files, inverse.made);
    },
  };
}

/** The same steps take a failed attempt back and carry out an order to undo. */
export function undoSteps(access: VariableAccess, journaled: readonly unknown[]): UndoStep[] {
  const inverses = inversesIn(journaled);
  const told = inverses.flatMap((inverse): UndoStep[] =>
    inverse.kind === 'announce' ? [{ ...announceStep(access, inverse.how), derives: true }] : [],
  );
  const made = inverses.flatMap((inverse) => (inverse.kind === 'directory' ? inverse.made : []));
  const steps = inverses.flatMap((inverse): UndoStep[] => {
    if (inverse.kind === 'variableFile') return [fileBackStep(access, inverse, made)];
    if (inverse.kind === 'registryValue') return [valueBackStep(access, inverse)];
    return inverse.kind === 'directory' ? [directoryBackStep(access, inverse)] : [];
  });
  return [...steps, ...told];
}
