import { join } from 'node:path';
import { configuredEndpoints, type ConfiguredEndpoint } from '@trustfleet/protocol';
import { z } from 'zod';
import { endpointFacts, type EndpointFacts } from '../judge/endpoint-facts.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const endpointsFile = z.strictObject({
  format: z.literal(1),
  configured: configuredEndpoints,
  facts: endpointFacts.nullable(),
});

/** The server's list as it last came, and what outlives the agent of what was seen: a restart does not double the handshakes of an hour. */
export interface StoredEndpoints {
  readonly configured: readonly ConfiguredEndpoint[];
  readonly facts: EndpointFacts | null;
}

const pathOf = (stateDir: string): string => join(stateDir, 'endpoints.json');

export const readEndpoints = (stateDir: string): Promise<StoredEndpoints | null> =>
  readJsonFile(pathOf(stateDir), endpointsFile);

export const writeEndpoints = (stateDir: string, { configured, facts }: StoredEndpoints): Promise<void> =>
  writeJsonFile(pathOf(stateDir), { format: 1, configured, facts });
