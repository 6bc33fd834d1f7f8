import { randomUUID } from 'node:crypto';
import type { EndpointView } from '@trustfleet/api';
import { mutation, type Case } from './mutation.ts';
import { TestAgent, trustStores } from './test-agent.ts';
import { eventually, type Page } from './test-server.ts';

const unknown = '01890000-0000-7000-8000-000000000000';

/** The changing routes of endpoints, and of a request to a host that reaches for them. */
export function endpointMutations(lab: {
  readonly page: () => Page;
  readonly enrolled: () => Promise<TestAgent['identity']>;
}): Readonly<Record<string, Case>> {
  const change = (method: string, path: string, body: object) => lab.page().ask(method, path, body);
  const add = (host: string) =>
    lab.page().post<EndpointView>('/api/v1/endpoints', { name: 'Site', host, port: 443 });
  const given = async () => `/api/v1/endpoints/${(await add(`${randomUUID()}.example`)).body.id}`;
  const ask = (agent: TestAgent) =>
    lab.page().post(`/api/v1/hosts/${agent.identity.hostId}/request`, { what: 'probe' });
  return {
    'POST /api/v1/endpoints': mutation({
      success: () => add('studio.example'),
      writes: ['endpoint.create'],
      refusal: () => add('studio.example'),
    }),
    'PATCH /api/v1/endpoints/:id': mutation({
      given,
      success: (path) => change('PATCH', path, { name: 'Renamed' }),
      writes: ['endpoint.update'],
      refusal: async (path) => {
        // Once more changes nothing and is no error.
        await change('PATCH', path, { name: 'Renamed' });
        return await change('PATCH', `/api/v1/endpoints/${unknown}`, { name: 'Renamed' });
      },
    }),
    'DELETE /api/v1/endpoints/:id': mutation({
      given,
      success: (path) => change('DELETE', path, {}),
      writes: ['endpoint.remove'],
      refusal: (path) => change('DELETE', path, {}),
    }),
    'POST /api/v1/hosts/:id/request': mutation({
      given: async () => {
        const agent = new TestAgent(await lab.enrolled());
        agent.start({ trustStores: trustStores([]) });
        await eventually(() => Promise.resolve(agent.online), Boolean);
        return agent;
      },
      success: ask,
      writes: ['host.request'],
      refusal: async (agent) => {
        await agent.stop();
        const path = `/api/v1/hosts/${agent.identity.hostId}`;
        await eventually(
          () => lab.page().get<{ presence: string }>(path),
          ({ body }) => body.presence === 'offline',
        );
        return await ask(agent);
      },
    }),
  };
}
