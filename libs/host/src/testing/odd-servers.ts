import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Servers that are no HTTPS server, on 127.0.0.1, port 0. */
export interface OddServers {
  /** `each` gets every connection. Answers the port. */
  listen(each: (socket: Socket) => void): Promise<number>;
  /** A port at which nothing listens. */
  closedPort(): Promise<number>;
  /** Ends every connection and listener. */
  close(): Promise<void>;
}

export function createOddServers(): OddServers {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const listen: OddServers['listen'] = async (each) => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      each(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const end = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  return {
    listen,
    async closedPort() {
      const port = await listen(() => undefined);
      const server = servers.pop();
      if (server !== undefined) await end(server);
      return port;
    },
    async close() {
      const all = servers.splice(0).map(end);
      for (const socket of sockets) socket.destroy();
      await Promise.all(all);
    },
  };
}
