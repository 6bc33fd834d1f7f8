import { randomUUID } from 'node:crypto';
import type {
  CreateEndpoint,
  EndpointProposals,
  EndpointTemplate,
  EndpointView,
  MediaRegion,
  UpdateEndpoint,
} from '@trustfleet/api';
import type { AuditRecord, Database, Endpoint, EndpointFields } from '@trustfleet/database';
import { endpointTemplates } from '@trustfleet/policy';
import { CLIENTS } from '@trustfleet/protocol';
import { notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { endpointRefused, everyHost, siteUnknown } from './endpoint-problems.ts';

interface EndpointsOptions {
  readonly database: Database;
  /** Resolves when every new welcome says what stands in the rows. */
  readonly changed: () => Promise<void>;
  readonly now: () => Date;
}

function view({ createdAt, clients, group, ...same }: Endpoint): EndpointView {
  return {
    ...same,
    clients: [...clients],
    group: group === null ? null : { ...group },
    createdAt: createdAt.toISOString(),
  };
}

const detailOf = ({ host, port, clients, groupId }: EndpointFields) => ({
  host,
  port,
  clients: [...clients],
  group: groupId,
});

function record(
  action: 'endpoint.create' | 'endpoint.update' | 'endpoint.remove',
  { id, name }: { readonly id: string; readonly name: string },
  detail: AuditRecord['detail'],
): AuditRecord {
  return { action, subject: { kind: 'endpoint', id, name }, detail };
}

const fieldsOf = ({ name, host, port, clients, group }: Endpoint): EndpointFields => ({
  ...{ name, host, port, clients },
  groupId: group?.id ?? null,
});

/** In the order of the wire's own list: two people who tick the same boxes mean the same. */
function inOrder<T extends { readonly clients: EndpointFields['clients'] }>(fields: T): T {
  return { ...fields, clients: CLIENTS.filter((client) => fields.clients.includes(client)) };
}

function sameFields(a: EndpointFields, b: EndpointFields): boolean {
  return a.name === b.name && JSON.stringify(detailOf(a)) === JSON.stringify(detailOf(b));
}

/** Addresses that hosts must reach, as people configure them. */
export class EndpointsService {
  private readonly options: EndpointsOptions;

  constructor(options: EndpointsOptions) {
    this.options = options;
  }

  async list(viewer: Viewer): Promise<{ items: EndpointView[] }> {
    return { items: (await this.options.database.endpoints.list(viewer)).map(view) };
  }

  /** @throws ApiProblem 403, 404 (the group), 409 */
  async create(viewer: Viewer, wanted: CreateEndpoint): Promise<EndpointView> {
    requirePlainText({ name: wanted.name });
    const fields = inOrder(wanted);
    await this.requireGroup(viewer, fields.groupId);
    const { database, now } = this.options;
    const id = randomUUID();
    const made = await database.change(actorOf(viewer), async ({ endpoints }) => {
      const refusal = await endpoints.create({ id, ...fields, createdAt: now(), createdBy: viewer.name });
      if (refusal !== null) throw endpointRefused(refusal);
      const audit = [record('endpoint.create', { id, name: fields.name }, detailOf(fields))];
      return { result: await endpoints.take(viewer, id), audit };
    });
    return await this.published(made);
  }

  /** What the change does not name stays as it is. @throws ApiProblem 403, 404, 409 */
  async update(viewer: Viewer, id: string, wanted: UpdateEndpoint): Promise<EndpointView> {
    if (wanted.name !== undefined) requirePlainText({ name: wanted.name });
    if (wanted.groupId !== undefined) await this.requireGroup(viewer, wanted.groupId);
    const { database } = this.options;
    const after = await database.change(actorOf(viewer), async ({ endpoints }) => {
      const standing = await endpoints.take(viewer, id);
      if (standing === null) throw notFound('endpoint');
      requireWhole(viewer, standing);
      const before = fieldsOf(standing);
      const fields = inOrder(merged(before, wanted));
      if (sameFields(before, fields)) return { result: standing, audit: [] };
      const refusal = await endpoints.update(id, fields);
      if (refusal !== null) throw endpointRefused(refusal);
      const detail = {
        before: { name: before.name, ...detailOf(before) },
        after: { name: fields.name, ...detailOf(fields) },
      };
      return {
        result: await endpoints.take(viewer, id),
        audit: [record('endpoint.update', { id, name: fields.name }, detail)],
      };
    });
    return await this.published(after);
  }

  /** @throws ApiProblem 403, 404 */
  async remove(viewer: Viewer, id: string): Promise<void> {
    await this.options.database.change(actorOf(viewer), async ({ endpoints }) => {
      const standing = await endpoints.take(viewer, id);
      if (standing === null) throw notFound('endpoint');
      requireWhole(viewer, standing);
      await endpoints.remove(id);
      const audit = [record('endpoint.remove', standing, detailOf(fieldsOf(standing)))];
      return { result: undefined, audit };
    });
    await this.options.changed();
  }

  /** @throws ApiProblem 422 for what is no site */
  async template(
    viewer: Viewer,
    { site, region }: { readonly site: string; readonly region: MediaRegion },
  ): Promise<EndpointTemplate> {
    const items = endpointTemplates(site, region);
    if (items === null) throw siteUnknown();
    const everywhere = (await this.options.database.endpoints.list(viewer)).filter(
      ({ group }) => group === null,
    );
    return {
      items: items.map(({ clients, ...item }) => ({
        ...item,
        clients: [...clients],
        exists: everywhere.some(({ host, port }) => host === item.host && port === item.port),
      })),
    };
  }

  async proposals(viewer: Viewer): Promise<EndpointProposals> {
    return { items: [...(await this.options.database.endpoints.proposals(viewer))] };
  }

  private async requireGroup(viewer: Viewer, groupId: string | null): Promise<void> {
    if (groupId === null) {
      if (viewer.groups !== 'all') throw everyHost();
      return;
    }
    if (!(await this.options.database.groups.list(viewer)).some(({ id }) => id === groupId))
      throw notFound('group');
  }

  private async published(endpoint: Endpoint | null): Promise<EndpointView> {
    if (endpoint === null) throw notFound('endpoint');
    await this.options.changed();
    return view(endpoint);
  }
}

function requireWhole(viewer: Viewer, { group }: Endpoint): void {
  if (group === null && viewer.groups !== 'all') throw everyHost();
}

function merged(before: EndpointFields, wanted: UpdateEndpoint): EndpointFields {
  return {
    name: wanted.name ?? before.name,
    host: wanted.host ?? before.host,
    port: wanted.port ?? before.port,
    clients: wanted.clients ?? before.clients,
    groupId: wanted.groupId === undefined ? before.groupId : wanted.groupId,
  };
}
