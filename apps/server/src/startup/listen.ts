import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { StartupError, systemCode } from './startup-error.ts';

interface PortRequest {
  readonly host: string | null;
  readonly port: number;
  /** Variable that chooses the port, for the error's sentence. */
  readonly variable: string;
}

function listenError(error: unknown, { host, port, variable }: PortRequest): unknown {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use by another program (perhaps a Trustfleet that still runs): end it, or choose another port with ${variable}.`,
    EACCES: `This account may not open port ${port}: choose one above 1023 with ${variable}.`,
    EADDRNOTAVAIL: `This machine has no address ${host ?? ''} to listen on for ${variable}.`,
    ENOTFOUND: `The name ${host ?? ''} to listen on for ${variable} is not known.`,
  };
  const reason = reasons[systemCode(error) ?? ''];
  return reason === undefined ? error : new StartupError(reason, { cause: error });
}

/** Opens the port and returns its number. @throws StartupError when it is taken or not allowed */
export async function listenOnPort(server: Server, request: PortRequest): Promise<number> {
  const opened = once(server, 'listening');
  server.listen({ port: request.port, ...(request.host === null ? {} : { host: request.host }) });
  try {
    await opened;
  } catch (error) {
    throw listenError(error, request);
  }
  return (server.address() as AddressInfo).port;
}

/** Opens a unix socket that only this account may use; one that a dead server left behind is replaced. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  const opened = once(server, 'listening');
  server.listen(path);
  await opened;
  await chmod(path, 0o600);
}

/** Closes a server within a limit: connections that do not end by themselves are cut. */
export async function closeServer(
  server: Server & { closeAllConnections?: () => void },
  limitMs: number,
): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections?.(), limitMs);
  try {
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
