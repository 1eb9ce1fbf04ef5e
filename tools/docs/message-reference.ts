import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseClientMessage } from '@visavis/protocol/schemas';
import { toSignal, toV1 } from '../../apps/server/src/gateway/navtalk-v1/to-v1.ts';
import { type Declaration, readDeclarations } from './declarations.ts';
import { codeBlock, generatedBy, prose } from './markdown.ts';
import { CLIENT_SAMPLES, SERVER_SAMPLES } from './message-samples.ts';

const V2 = fileURLToPath(new URL('../../packages/protocol/src/v2/', import.meta.url));
const WORDS_OF_A_REPLY = [{ turnId: 'turn_8c1f', text: 'With pleasure.' }];

/** The page of all messages of both protocols, from their types, the schemas that read them, and the translation into the first. */
export function renderMessageReference(): string {
  const server = readDeclarations(readFileSync(`${V2}server-message.ts`, 'utf8')).own;
  const client = readDeclarations(readFileSync(`${V2}client-wire.ts`, 'utf8')).own;
  return [
    generatedBy('packages/protocol and the samples in tools/docs'),
    '# Messages\n',
    'Every message of the sockets: its shape in TypeScript, an example, and what becomes of it. In which order they come, how a call ends and what is',
    'limited: [protocol](../protocol.md).\n',
    '## From the server\n',
    'All of them have `type` and an object `data`. *First protocol* is the same message for clients of `/api/realtime-api`; without it, they are not told.\n',
    ...Object.values(SERVER_SAMPLES).map((sample) => renderServer(sample, server)),
    '## From the client\n',
    'This is how they are documented. Every name is taken with and without `realtime.`, every payload in `data` and at top level; clients of the first protocol',
    'send the same. *Read as* is what the parser makes of the example, whichever spelling came.\n',
    ...Object.values(CLIENT_SAMPLES).map((sample) => renderClient(sample, client)),
  ].join('\n');
}

type Sample = { readonly type: string };

function renderServer(
  sample: (typeof SERVER_SAMPLES)[keyof typeof SERVER_SAMPLES],
  types: readonly Declaration[],
): string {
  const told = toV1(sample, WORDS_OF_A_REPLY);
  const signal = toSignal(sample, '5f0c…');
  const parts = [heading(sample, types, 'server'), codeBlock('json', json(sample))];
  if (told.length > 0) parts.push('*First protocol:*\n', codeBlock('json', told.map(json).join('\n')));
  if (signal !== null) parts.push('*First protocol, on the socket for signalling:*\n', codeBlock('json', json(signal)));
  return parts.join('\n');
}

function renderClient(sample: Sample, types: readonly Declaration[]): string {
  const parsed = parseClientMessage(JSON.stringify(sample));
  if (!parsed.ok) throw new Error(`The sample of ${sample.type} is not read: ${parsed.detail}`);
  return [
    heading(sample, types, 'client'),
    codeBlock('json', json(sample)),
    '*Read as:*\n',
    codeBlock('json', json(parsed.message)),
  ].join('\n');
}

/** Both sides have an offer, an answer and a candidate: their headings are told apart. */
function heading({ type }: Sample, types: readonly Declaration[], side: 'server' | 'client'): string {
  const declared =
    types.find(({ text }) => text.includes(`'${type}'`)) ?? types.find(({ name }) => name === 'EndMessage');
  const isEnd = declared?.name === 'EndMessage';
  if (declared === undefined || (isEnd && !/^conversation\.connected\./.test(type))) {
    throw new Error(`No type in packages/protocol/src/v2 describes ${type}.`);
  }
  const title = side === 'client' && type.startsWith('webrtc.') ? `\`${type}\` of the client` : `\`${type}\``;
  const doc = declared.doc === '' ? '' : `${prose(declared.doc)}\n`;
  return [`### ${title}\n`, doc, codeBlock('ts', declared.text)].filter((part) => part !== '').join('\n');
}

function json(value: unknown): string {
  const compact = JSON.stringify(value);
  return compact.length <= 100 ? compact : JSON.stringify(value, null, 2);
}
