import { connect, createServer, type Socket } from 'node:net';

/** One TCP connection through the relay. */
export interface RelayedConnection {
  /** Bytes from the agent to the server, TLS included. */
  sent: number;
  open: boolean;
}

/** A TCP relay between agents and server that counts what it carries: what the wire says, not what a log claims. */
export interface Relay {
  readonly port: number;
  readonly connections: readonly RelayedConnection[];
  /** Cuts every connection, and each new one at once, until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Listens on `address`:`port` and passes on to 127.0.0.1:`port`. */
export async function startRelay(address: string, port: number): Promise<Relay> {
  const connections: RelayedConnection[] = [];
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((agent) => {
    if (isCut) {
      agent.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const record: RelayedConnection = { sent: 0, open: true };
    connections.push(record);
    agent.on('data', (chunk) => (record.sent += chunk.length));
    agent.pipe(upstream).pipe(agent);
    for (const socket of [agent, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        record.open = false;
        agent.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return {
    port,
    connections,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
