import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { CreatedEnrolmentToken, EnrolmentTokenView } from '@trustfleet/api';
import type { Actor, ChangeRepositories, Database, HostCredential } from '@trustfleet/database';
import type { DsseEnvelope, EnrolError, EnrolRequest, EnrolResponse } from '@trustfleet/protocol';
import { encodeEnrolmentToken, fromBase64, hashAgentSecret, verifyEnrolment } from '@trustfleet/signing';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { noLonger } from '../accounts/account-problems.ts';
import { requireStill } from '../accounts/require-still.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { KnownHosts } from './host-directory.ts';
import { tokenRecord } from './token-record.ts';

/** What a token pins and an enrolled agent trusts for good. */
export interface FleetIdentity {
  readonly fleetId: string;
  /** PEM of the fleet CA. */
  readonly caCertificate: string;
  /** SHA-256 hex of its DER. */
  readonly caPin: string;
  /** Raw Ed25519 key, base64. */
  readonly serverKey: string;
  /** The fleet's key set, signed by that key. */
  readonly keySet: DsseEnvelope;
}

interface EnrolmentOptions {
  readonly database: Database;
  readonly hosts: KnownHosts;
  readonly events: EventBus;
  readonly fleet: FleetIdentity;
  /** https://host:port of the agents' port, as other machines reach it. */
  readonly agentUrl: string;
  readonly now: () => Date;
}

interface TokenRequest {
  readonly uses: number;
  readonly expiresInHours: number;
  /** Where hosts that enrol with it go; the default group otherwise. */
  readonly groupId?: string | undefined;
  /** Default: the address for other machines. */
  readonly address?: string;
}

/** An enrolment that was turned down; the code and the sentence go to the agent. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly code: EnrolError['error'];

  constructor(code: EnrolError['error'], message: string) {
    super(message);
    this.code = code;
  }
}

const TOKEN_REFUSALS = {
  unknown: {
    code: 'invalidToken',
    message: 'This server does not know the enrolment token: make a new one in the dashboard.',
  },
  used: { code: 'usedToken', message: 'The enrolment token is used up: make a new one in the dashboard.' },
  expired: {
    code: 'expiredToken',
    message: 'The enrolment token has expired: make a new one in the dashboard.',
  },
} as const;

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A machine's own name, as far as it can be stored and shown: control characters and broken surrogates are replaced. */
function storableName(hostname: string): string {
  const name = hostname
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .trim();
  return name === '' ? 'unnamed host' : name.slice(0, 255);
}

/** Turns machines into hosts. */
export class EnrolmentService {
  private readonly options: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.options = options;
  }

  /** Makes a token. Only its hash is kept: what is returned is shown once. `allow` runs inside the change, before it. */
  async createToken(
    actor: Actor,
    request: TokenRequest,
    allow: (repositories: ChangeRepositories) => Promise<void> = () => Promise.resolve(),
  ): Promise<CreatedEnrolmentToken> {
    const { database, fleet, agentUrl, now } = this.options;
    const secret = randomBytes(32).toString('base64url');
    const at = now();
    const expiresAt = new Date(at.getTime() + request.expiresInHours * 3_600_000);
    const id = randomUUID();
    await database.change(actor, async (repositories) => {
      await allow(repositories);
      await repositories.tokens.create({
        id,
        hash: hashOf(secret),
        maxUses: request.uses,
        expiresAt,
        createdAt: at,
        createdBy: actor.name,
        createdById: actor.kind === 'person' ? (actor.id ?? undefined) : undefined,
        groupId: request.groupId,
      });
      const group = request.groupId === undefined ? null : { id: request.groupId };
      const record = tokenRecord('enrolmentToken.create', { id, maxUses: request.uses, expiresAt, group });
      return { result: undefined, audit: [record] };
    });
    const token = encodeEnrolmentToken({
      address: request.address ?? agentUrl,
      fleetId: fleet.fleetId,
      caPin: fleet.caPin,
      serverKey: fleet.serverKey,
      secret,
    });
    return {
      id,
      token,
      command: `trustfleet-agent enroll --token ${token}`,
      expiresAt: expiresAt.toISOString(),
      uses: request.uses,
    };
  }

  /** The same for a person, who brings hosts only where they see them. @throws ApiProblem 404, 400 */
  async createTokenFor(
    viewer: Viewer,
    request: Omit<TokenRequest, 'address'>,
  ): Promise<CreatedEnrolmentToken> {
    const groupId = await this.groupFor(viewer, request.groupId);
    return this.createToken(actorOf(viewer), { ...request, groupId }, async (repositories) => {
      const { groups } = await requireStill(repositories, viewer, 'hosts.enrol');
      if (groups !== 'all' && (groupId === undefined || !groups.includes(groupId))) throw noLonger();
    });
  }

  /** Those that still admit hosts to a group that the viewer sees, newest first; none of their secrets. */
  async listTokens(viewer: Viewer): Promise<{ items: EnrolmentTokenView[] }> {
    const { database, now } = this.options;
    const open = await database.tokens.open(viewer, now());
    return {
      items: open.map(({ uses, expiresAt, createdAt, group, ...same }) => ({
        ...same,
        group: { ...group },
        usesLeft: same.maxUses - uses,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      })),
    };
  }

  /** Hosts that enrolled with it stay. @throws ApiProblem 404 for one that admits nobody (any more) */
  async revokeToken(viewer: Viewer, id: string): Promise<void> {
    const { database, now } = this.options;
    await database.change(actorOf(viewer), async ({ tokens }) => {
      const token = await tokens.revoke(viewer, { id, now: now() });
      if (token === null) throw notFound('enrolment token');
      return { result: undefined, audit: [tokenRecord('enrolmentToken.revoke', token)] };
    });
  }

  private async groupFor(viewer: Viewer, wanted: string | undefined): Promise<string | undefined> {
    if (wanted === undefined && viewer.groups === 'all') return undefined;
    const groups = await this.options.database.groups.list(viewer);
    const group =
      wanted === undefined
        ? (groups.find(({ isDefault }) => isDefault) ?? (groups.length === 1 ? groups[0] : undefined))
        : groups.find(({ id }) => id === wanted);
    if (group !== undefined) return group.id;
    if (wanted !== undefined) throw notFound('group');
    throw new ApiProblem({
      status: 400,
      code: 'invalidRequest',
      message: 'Choose the group that the new hosts go to: you do not see the one where they go by default.',
      issues: [{ path: 'groupId', message: 'Choose a group.' }],
    });
  }

  /** Checks possession of the key, uses the token up and makes the host, all or nothing. @throws EnrolmentRefused */
  async enrol(request: EnrolRequest): Promise<EnrolResponse> {
    const { database, fleet, hosts, events } = this.options;
    const proof = { fleetId: fleet.fleetId, secret: request.secret, publicKey: request.publicKey };
    const publicKey = fromBase64(request.publicKey);
    if (publicKey === null || !verifyEnrolment(proof, request.signature)) {
      throw new EnrolmentRefused('badSignature', 'The request is not signed by the key that it brings.');
    }
    const secret = randomBytes(32).toString('base64url');
    const credential: Omit<HostCredential, 'groupId'> = {
      hostId: randomUUID(),
      secretHash: hashAgentSecret(secret),
      nextSecretHash: null,
      publicKey,
      lastInstance: null,
      clockOffsetMs: null,
    };
    const name = storableName(request.hostname);
    const groupId = await database.change(
      { kind: 'host', id: credential.hostId, name },
      async (repositories) => {
        const now = this.options.now();
        const use = await repositories.tokens.consume({ hash: hashOf(request.secret), now });
        if (use.kind !== 'consumed')
          throw new EnrolmentRefused(TOKEN_REFUSALS[use.kind].code, TOKEN_REFUSALS[use.kind].message);
        const group = await repositories.hosts.create({
          id: credential.hostId,
          name,
          platform: request.platform,
          publicKey,
          secretHash: credential.secretHash,
          agentVersion: storableName(request.agentVersion),
          enrolledAt: now,
          groupId: use.groupId ?? undefined,
        });
        return {
          result: group,
          audit: [
            {
              action: 'host.enrol',
              subject: { kind: 'host', id: credential.hostId, name },
              detail: { platform: request.platform, token: use.tokenId, group: use.groupId },
            },
          ],
        };
      },
    );
    hosts.add({ ...credential, groupId });
    events.publish({ type: 'host', id: credential.hostId, what: 'enrolled' });
    return {
      hostId: credential.hostId,
      fleetId: fleet.fleetId,
      secret,
      caCertificate: fleet.caCertificate,
      serverKey: fleet.serverKey,
      keySet: fleet.keySet,
    };
  }
}
