import { z } from 'zod';
import type { Client, Context } from '../connection.ts';
import type {
  FinishedSetting,
  HostSetting,
  HostSettingChanges,
  HostSettingCreation,
  HostSettingRepository,
  HostSettingWithdrawal,
  SettingFinish,
} from '../model/host-settings.ts';
import type { Viewer } from '../model/viewer.ts';
import { storableTextOrNull } from '../storable.ts';
import { visibleTo } from './visibility.ts';

/** Changes on a host's page. */
const SHOWN = 50;

const state = z.enum(['pending', 'kept', 'reverted']);
/** What stands in the jsonb column; written by us alone. */
const candidate = z.object({ address: z.string().nullable() });

type Row = Omit<HostSetting, 'state' | 'address'> & {
  readonly state: string;
  readonly candidate: unknown;
};

function toSetting(row: Row): HostSetting {
  const { id, hostId, newSecret, detail, createdBy, createdAt, finishedAt } = row;
  const same = { id, hostId, newSecret, detail, createdBy, createdAt, finishedAt };
  return { ...same, state: state.parse(row.state), address: candidate.parse(row.candidate).address };
}

async function finish(client: Client, finished: FinishedSetting): Promise<SettingFinish> {
  const { hostId, id, outcome, secretHash } = finished;
  // The host first, as everywhere: a revocation and this one wait for each other instead of dying.
  const [host] = await client.$queryRaw<{ current: string; next: string | null }[]>`
    SELECT secret_hash AS current, next_secret_hash AS next FROM host WHERE id = ${hostId}::uuid FOR NO KEY UPDATE`;
  const setting = await client.hostSetting.findFirst({ where: { id, hostId, state: 'pending' } });
  if (host === undefined || setting === null) return { kind: 'unknown' };
  const keepsNew = setting.newSecret && outcome === 'kept';
  if (keepsNew && host.next !== secretHash) return { kind: 'otherSecret' };
  const kept = keepsNew ? secretHash : host.current;
  await client.hostSetting.update({
    where: { id },
    data: { state: outcome, detail: storableTextOrNull(finished.detail), finishedAt: finished.at },
  });
  await client.host.update({ where: { id: hostId }, data: { secretHash: kept, nextSecretHash: null } });
  return { kind: 'finished', secretHash: kept };
}

async function create(
  client: Client,
  viewer: Viewer,
  setting: Parameters<HostSettingChanges['create']>[1],
): Promise<HostSettingCreation> {
  const [host] = await client.$queryRaw<{ name: string }[]>`
    SELECT h.name FROM host h WHERE h.id = ${setting.hostId}::uuid AND h.revoked_at IS NULL AND ${visibleTo(viewer)} FOR NO KEY UPDATE`;
  if (host === undefined) return { kind: 'unknown' };
  const waiting = await client.hostSetting.count({ where: { hostId: setting.hostId, state: 'pending' } });
  if (waiting > 0) return { kind: 'taken' };
  const { address, ...plain } = setting;
  const row = await client.hostSetting.create({ data: { ...plain, candidate: { address } } });
  return { kind: 'created', hostName: host.name, setting: toSetting(row) };
}

/** Under the host's lock, as `withdraw`: one of the two sees what the other one did. */
async function offer(
  client: Client,
  { hostId, id, secretHash, at }: Parameters<HostSettingRepository['offer']>[0],
): Promise<boolean> {
  const host = await client.$queryRaw<unknown[]>`
    SELECT 1 FROM host WHERE id = ${hostId}::uuid AND revoked_at IS NULL FOR NO KEY UPDATE`;
  const waiting = await client.hostSetting.findFirst({ where: { id, hostId, state: 'pending' } });
  if (host.length === 0 || waiting === null) return false;
  await client.hostSetting.update({ where: { id }, data: { sentAt: waiting.sentAt ?? at } });
  if (secretHash !== null)
    await client.host.update({ where: { id: hostId }, data: { nextSecretHash: secretHash } });
  return true;
}

async function withdraw(
  client: Client,
  viewer: Viewer,
  { hostId, id, detail, at }: Parameters<HostSettingChanges['withdraw']>[1],
): Promise<HostSettingWithdrawal> {
  const [host] = await client.$queryRaw<{ name: string; next: string | null }[]>`
    SELECT h.name, h.next_secret_hash AS next FROM host h WHERE h.id = ${hostId}::uuid AND ${visibleTo(viewer)} FOR NO KEY UPDATE`;
  const setting = await client.hostSetting.findFirst({ where: { id, hostId } });
  if (host === undefined || setting === null) return { kind: 'unknown' };
  if (setting.state !== 'pending') return { kind: 'over' };
  // A second secret is accepted only since it was about to leave.
  if (setting.sentAt !== null || host.next !== null) return { kind: 'sent' };
  const row = await client.hostSetting.update({
    where: { id },
    data: { state: 'reverted', detail: storableTextOrNull(detail), finishedAt: at },
  });
  return { kind: 'withdrawn', hostName: host.name, setting: toSetting(row) };
}

export function createHostSettingRepository({
  client,
  atomically,
}: Context): HostSettingRepository & HostSettingChanges {
  return {
    async pending() {
      const rows = await client.hostSetting.findMany({ where: { state: 'pending' } });
      return rows.map(toSetting);
    },
    async list(viewer, hostId) {
      const rows = await client.$queryRaw<Row[]>`
        SELECT s.id, s.host_id AS "hostId", s.candidate, s.new_secret AS "newSecret", s.state, s.detail,
               s.created_by AS "createdBy", s.created_at AS "createdAt", s.finished_at AS "finishedAt"
        FROM host_setting s JOIN host h ON h.id = s.host_id WHERE s.host_id = ${hostId}::uuid AND ${visibleTo(viewer)}
        ORDER BY s.created_at DESC, s.id LIMIT ${SHOWN}`;
      return rows.map(toSetting);
    },
    offer: (offered) => atomically((transaction) => offer(transaction, offered)),
    finish: (finished) => atomically((transaction) => finish(transaction, finished)),
    create: (viewer, setting) => create(client, viewer, setting),
    withdraw: (viewer, setting) => withdraw(client, viewer, setting),
  };
}
