import type { HostFacts } from '@trustfleet/policy';
import type { CodeAccess } from '@trustfleet/repair';

/** Connects `code.report` with this machine. `facts`: the section of code, read now. */
export function createCodeAccess(facts: () => Promise<HostFacts>): CodeAccess {
  return {
    async code() {
      const { code } = await facts();
      return code === undefined || code.files === 0 ? null : code;
    },
  };
}
