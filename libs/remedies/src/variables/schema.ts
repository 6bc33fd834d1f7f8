import { caVariableName, shortText, variableScope } from '@trustfleet/protocol';
import { z } from 'zod';
import { plainPath } from '../plain-path.ts';

const where = {
  name: caVariableName,
  scope: variableScope,
  /** Account of scope `user`, unit of scope `service`; absent for `machine`. */
  owner: shortText.optional(),
};
const hasOwner = ({ scope, owner }: { scope: string; owner?: string | undefined }): boolean =>
  (scope === 'machine') === (owner === undefined);
const NEEDS_OWNER = 'Scopes user and service name their account or unit, machine names none.';

/** `unionBundle`: the fixed path of the machine's platform, see `bundle.deploy`. */
export const variableValue = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unionBundle') }),
  z.strictObject({ kind: z.literal('path'), path: plainPath }),
]);

export const variableSetParameters = z
  .strictObject({ ...where, value: variableValue })
  .refine(hasOwner, NEEDS_OWNER);
export type VariableSetParameters = z.infer<typeof variableSetParameters>;

export const variableUnsetParameters = z.strictObject(where).refine(hasOwner, NEEDS_OWNER);
export type VariableUnsetParameters = z.infer<typeof variableUnsetParameters>;
