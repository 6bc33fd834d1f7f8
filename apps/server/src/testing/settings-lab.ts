import { randomUUID } from 'node:crypto';
import type { HostSettingView, Problem } from '@trustfleet/api';
import type { SettingsMessage } from '@trustfleet/protocol';
import type { FleetLab, Identity } from './fleet-lab.ts';
import type { TestAgent, TestAgentOptions } from './test-agent.ts';
import { eventually } from './test-server.ts';

/** Changes of agents' own connections, as their tests ask for them; `lab` is there once a test runs. */
export function settingsOn(lab: () => FleetLab) {
  const list = async (hostId: string) =>
    (await lab().page.get<{ items: HostSettingView[] }>(`/api/v1/hosts/${hostId}/settings`)).body.items;
  const state = async (hostId: string) => (await list(hostId))[0]?.state;
  return {
    change: (hostId: string, wish: object = { newSecret: true }) =>
      lab().page.post<HostSettingView & Problem>(`/api/v1/hosts/${hostId}/settings`, {
        reason: 'it leaked',
        ...wish,
      }),
    list,
    state,
    reaches: (hostId: string, wanted: HostSettingView['state']) =>
      eventually(
        () => state(hostId),
        (now) => now === wanted,
      ),
    /** A host with the fleet's key set, so that nothing but what the test asks for is sent to it. */
    host: async (name = 'ws'): Promise<{ who: Identity; run: TestAgentOptions }> => ({
      who: await lab().identity(name),
      run: { instance: randomUUID() },
    }),
    /** The same host by another secret; the run of the agent stays. */
    by: (who: Identity, message: SettingsMessage): Identity =>
      lab().here({ ...who, secret: message.candidate.secret ?? 'none' }),
  };
}

/** The agent's settings of this id, once it has got them `times` over. */
export async function sent(agent: TestAgent, id: string, times = 1): Promise<SettingsMessage> {
  const got = await eventually(
    () => Promise.resolve(agent.settings.filter((message) => message.id === id)),
    (messages) => messages.length >= times,
  );
  const last = got.at(-1);
  if (last === undefined) throw new Error('no settings');
  return last;
}

/** Resolves when the server has acknowledged all that the agent said of its settings. */
export const acknowledged = (agent: TestAgent) =>
  eventually(
    () => Promise.resolve(agent.results),
    (results) => results.length === 0,
  );
