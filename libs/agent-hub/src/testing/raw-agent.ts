import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import {
  AGENT_PATH,
  SUBPROTOCOL,
  type Challenge,
  type Hello,
  type ServerMessage,
} from '@trustfleet/protocol';
import {
  createFrameOpener,
  createFrameSealer,
  deriveSessionKeys,
  formatAgentAuthorization,
  keyPairFromSeed,
  signHello,
  verifyChallenge,
  type KeyPair,
} from '@trustfleet/signing';

export interface RawHost {
  readonly hostId: string;
  readonly secret: string;
  readonly key: KeyPair;
}

export interface RawAgentOptions {
  readonly port: number;
  readonly ca: string;
  readonly host: RawHost;
  readonly certificateSha256: string;
  readonly serverKey: string;
  /** Replaces headers of the upgrade. */
  readonly headers?: Record<string, string>;
  readonly subprotocol?: string;
  readonly path?: string;
  /** Changes the hello before it is signed. */
  readonly hello?: Partial<Hello>;
  /** Signs with another key than the host's. */
  readonly signWith?: KeyObject;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A hand-made agent: does what the protocol says and, when asked, what it forbids. */
export class RawAgent {
  readonly ws: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #options: RawAgentOptions;
  readonly #frames: Buffer[] = [];
  readonly #waiting: ((frame: Buffer) => void)[] = [];
  challenge: Challenge | undefined;
  seal: (json: string) => string = () => {
    throw new Error('no session yet');
  };
  #open: (frame: Uint8Array) => Uint8Array | null = () => null;

  constructor(options: RawAgentOptions) {
    const { port, ca, host } = options;
    this.#options = options;
    this.ws = new WebSocket(
      `wss://127.0.0.1:${port}${options.path ?? AGENT_PATH}`,
      options.subprotocol ?? SUBPROTOCOL,
      {
        ca,
        perMessageDeflate: false,
        headers: { authorization: formatAgentAuthorization(host.hostId, host.secret), ...options.headers },
      },
    );
    this.ws.on('error', () => {
      // The close that follows carries what tests look at.
    });
    this.ws.on('message', (data: Buffer) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#frames.push(data);
      else next(data);
    });
    this.closed = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** HTTP status of a refused upgrade with its Retry-After. */
  refused(): Promise<{ status: number; retryAfter: string | undefined }> {
    return new Promise((resolve) => {
      this.ws.on('unexpected-response', (request, response) => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        request.destroy();
      });
    });
  }

  async frame(): Promise<Buffer> {
    return this.#frames.shift() ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
  }

  async readChallenge(): Promise<Challenge> {
    const challenge = JSON.parse((await this.frame()).toString()) as Challenge;
    if (!verifyChallenge(challenge, this.#options.serverKey))
      throw new Error('challenge is not signed by the server');
    this.challenge = challenge;
    return challenge;
  }

  makeHello(challenge: Challenge, ephemeral: KeyPair): Hello {
    const { host, certificateSha256 } = this.#options;
    const content = {
      type: 'hello' as const,
      protocol: 1,
      hostId: host.hostId,
      agentVersion: '0.1.0',
      bootId: 'boot',
      instance: randomUUID(),
      keySet: 0,
      capabilities: [],
      permits: [],
      allowListDigest: 'a'.repeat(64),
      sections: {},
      ephemeralKey: ephemeral.publicKey,
      certificate: certificateSha256,
      ...this.#options.hello,
    };
    return signHello(content, challenge, this.#options.signWith ?? host.key.privateKey);
  }

  /** Up to and including the hello. */
  async sayHello(): Promise<Hello> {
    const challenge = await this.readChallenge();
    const ephemeral = keyPairFromSeed('x25519', randomBytes(32));
    const hello = this.makeHello(challenge, ephemeral);
    const keys = deriveSessionKeys({
      challenge,
      hello,
      ownKey: ephemeral.privateKey,
      peerKey: challenge.ephemeralKey,
    });
    this.seal = createFrameSealer(keys.agentToServer, 'agentToServer');
    this.#open = createFrameOpener(keys.serverToAgent, 'serverToAgent');
    this.ws.send(JSON.stringify(hello));
    return hello;
  }

  /** The whole handshake; resolves with the welcome. */
  async connect(): Promise<ServerMessage> {
    await this.sayHello();
    return this.next();
  }

  /** The server's next message, its MAC checked. */
  async next(): Promise<ServerMessage> {
    const json = this.#open(await this.frame());
    if (json === null) throw new Error('the server’s MAC is wrong');
    return JSON.parse(Buffer.from(json).toString()) as ServerMessage;
  }

  /** Bytes on the wire past ws: begun frames, for instance. */
  writeRaw(bytes: Uint8Array): void {
    (this.ws as unknown as { readonly _socket: Duplex })._socket.write(bytes);
  }

  send(message: unknown): void {
    this.ws.send(this.seal(JSON.stringify(message)));
  }
}
