import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentMessage, type AgentMessage } from '@trustfleet/protocol';
import { HubLab } from './testing/hub-lab.ts';

const DIRECTORY = new URL('../../protocol/fixtures/v1/', import.meta.url);
/** `<mac>:` stands in front. */
const MAC_CHARS = 44;

let lab: HubLab;
beforeEach(async () => {
  lab = await HubLab.start();
});
afterEach(async () => {
  await lab.close();
});

function recorded(name: string): AgentMessage {
  const { frame } = JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), 'utf8')) as { frame: string };
  return JSON.parse(frame.slice(MAC_CHARS)) as AgentMessage;
}

it('what an agent of version 1 said is handed on by this server, whole', async () => {
  const messages = agentMessage.options.map(({ shape }) => recorded(shape.type.value));
  const said = messages.filter(({ type }) => type !== 'bye');
  const { agent } = await lab.connected();
  for (const message of said) agent.send(message);
  await expect.poll(() => lab.seen.messages.map(({ message }) => message)).toEqual(said);
  agent.send(messages.find(({ type }) => type === 'bye'));

  await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['bye']);
  expect(lab.seen.rejections).toEqual([]);
});
