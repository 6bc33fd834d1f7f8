import type { HostFacts } from '@trustfleet/policy';
import type { CaVariable, InventoryBundle, ShotgunApi } from '@trustfleet/protocol';
import type { VariableContext, VariableHost } from '../variables/context.ts';
import { bundleFile, root, second, third } from './facts.ts';

export const UNION = '/etc/trustfleet/ca-bundle.pem';

export function unionBundle(change: Partial<InventoryBundle> = {}): InventoryBundle {
  const anchors = [root.sha256, second.sha256, third.sha256];
  return { ...bundleFile({ path: UNION, realPath: UNION, anchors }), provenance: [], ...change };
}

export function variable(change: Partial<CaVariable> = {}): CaVariable {
  return {
    ...{
      name: 'SSL_CERT_FILE',
      scope: 'machine',
      owner: null,
      value: '/old.pem',
      source: '/etc/environment',
    },
    ...change,
  };
}

export const withVariables = (...variables: CaVariable[]): HostFacts => ({ variables: { variables } });

export function hostLook(change: Partial<VariableHost> = {}): VariableHost {
  return {
    ...{ root: '/', problem: null, home: '/home/artist', sid: null, systemd: true },
    ...{ texts: new Map(), value: unionBundle(), managers: [] },
    ...change,
  };
}

export const linux = (change: Partial<VariableHost> = {}): VariableContext => ({
  platform: 'linux',
  host: hostLook(change),
});

export function apiCopy(version: string, change: Partial<ShotgunApi> = {}): ShotgunApi {
  return {
    ...{ path: `/api/${version}/shotgun_api3/shotgun.py`, location: `/api/${version}/shotgun_api3` },
    ...{ form: 'loose', version, metadataVersion: null, sha256: null, bundles: [], core: null },
    ...{ zipPython: null, inUse: true, shared: null },
    ...change,
  };
}
