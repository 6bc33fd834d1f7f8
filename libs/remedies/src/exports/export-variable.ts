import type { ManagerKind } from '../managers/types.ts';
import { ansibleTasks } from './ansible.ts';
import { groupPolicyItem, registryFile } from './group-policy.ts';
import { launchdPlist } from './launchd.ts';
import { puppetResource } from './puppet.ts';
import type { VariableWanted } from './types.ts';

type Export = (wanted: VariableWanted) => string;

/** For each manager a text that it takes as it is. A package has no tool of its own for this: whoever makes the machine says it there. */
const EXPORTS: Readonly<Record<ManagerKind, Export>> = {
  ansible: ansibleTasks,
  puppet: puppetResource,
  package: ansibleTasks,
  gpo: (wanted) => (wanted.scope === 'service' ? registryFile(wanted) : groupPolicyItem(wanted)),
  mdm: launchdPlist,
};

/** What that manager needs to do what `variable.set` or `variable.unset` would have done. */
export const exportVariable = (kind: ManagerKind, wanted: VariableWanted): string => EXPORTS[kind](wanted);
