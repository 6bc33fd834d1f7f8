import { caVariableName, variableScope } from '@trustfleet/protocol';
import { z } from 'zod';

const registryText = z.union([
  z.looseObject({ type: z.enum(['text', 'expandable']), text: z.string() }),
  z.looseObject({ type: z.literal('strings'), texts: z.array(z.string()) }),
]);

const variable = {
  name: caVariableName,
  scope: variableScope,
  owner: z.string().nullable(),
  /** Values as programs take them; null where it is not set there. */
  written: z.string().nullable(),
  previous: z.string().nullable(),
};

/** How the steps of these remedies are taken back; kept in the journal. */
export const variableInverse = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('directory'),
    owner: z.string().nullable(),
    asOwner: z.boolean(),
    /** Those that were missing, outermost first. */
    made: z.array(z.string()),
  }),
  z.looseObject({
    kind: z.literal('variableFile'),
    ...variable,
    path: z.string(),
    format: z.enum(['etcEnvironment', 'environmentD', 'unitDropIn']),
    asOwner: z.boolean(),
    /** SHA-256 of the whole file as we leave it; null: we leave none. While it is exactly so the whole file comes back. */
    digest: z.string().nullable(),
    /** The whole file before, base64; null when there was none. */
    file: z.string().nullable(),
    /** The lines that assigned it before, as they stood: all that comes back where somebody changed other lines since. */
    lines: z.array(z.string()),
    /** Mode and owner of the file before; null when there was none. */
    attributes: z.looseObject({ mode: z.int(), uid: z.int(), gid: z.int() }).nullable(),
  }),
  z.looseObject({
    kind: z.literal('registryValue'),
    ...variable,
    hive: z.enum(['localMachine', 'users']),
    key: z.string(),
    form: z.enum(['value', 'strings']),
    /** The value as it stood, with its type; null when there was none. */
    text: registryText.nullable(),
  }),
  z.looseObject({ kind: z.literal('announce'), how: z.enum(['units', 'environment']) }),
]);
export type VariableInverse = z.infer<typeof variableInverse>;
export type FileInverse = Extract<VariableInverse, { kind: 'variableFile' }>;
export type RegistryInverse = Extract<VariableInverse, { kind: 'registryValue' }>;
export type DirectoryInverse = Extract<VariableInverse, { kind: 'directory' }>;

/** What a journal holds of a run's steps, the last one first. */
export const inversesIn = (journaled: readonly unknown[]): VariableInverse[] =>
  journaled.map((inverse) => variableInverse.parse(inverse)).reverse();
