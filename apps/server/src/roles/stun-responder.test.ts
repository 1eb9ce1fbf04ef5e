import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { classes, Message, methods, parseMessage } from 'werift-ice';
import { rememberedLog } from '../gateway/test-doubles.ts';
import { answerBinding, type StunResponder, startStunResponder } from './stun-responder.ts';

const SENDER = { address: '203.0.113.7', port: 40_000 };
let responder: StunResponder | null = null;

afterEach(() => responder?.close());

describe('STUN responder', () => {
  it('tells a client its address over UDP', async () => {
    responder = await startStunResponder({ host: '127.0.0.1', port: 0, logger: rememberedLog() });
    const client = createSocket('udp4');
    const request = new Message(methods.BINDING, classes.REQUEST);
    client.send(request.bytes, responder!.port, '127.0.0.1');
    const [answer] = (await once(client, 'message')) as [Buffer];
    const response = parseMessage(answer)!;
    expect(response.messageClass).toBe(classes.RESPONSE);
    expect(response.transactionId.equals(request.transactionId)).toBe(true);
    expect(response.getAttributeValue('XOR-MAPPED-ADDRESS')).toEqual(['127.0.0.1', client.address().port]);
    client.close();
  });

  // RFC 5769 §2.2 (IPv4 response): the mapped address 192.0.2.1:32853 under its transaction id.
  it('encodes the mapped address as the published test vector does', () => {
    const transactionId = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
    const request = new Message(methods.BINDING, classes.REQUEST, transactionId);
    const answer = answerBinding(request.bytes, { address: '192.0.2.1', port: 32_853 })!;
    expect(answer.includes(Buffer.from('002000080001a147e112a643', 'hex'))).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.from('ff'.repeat(40), 'hex')],
    ['a truncated request', new Message(methods.BINDING, classes.REQUEST).bytes.subarray(0, 12)],
    ['a response', new Message(methods.BINDING, classes.RESPONSE).bytes],
    ['an allocation', new Message(methods.ALLOCATE, classes.REQUEST).bytes],
    [
      'a datagram of 1,200 bytes',
      Buffer.concat([new Message(methods.BINDING, classes.REQUEST).bytes, Buffer.alloc(1180)]),
    ],
  ])('does not answer %s', (_name, datagram) => {
    expect(answerBinding(datagram, SENDER)).toBeNull();
  });

  it('warns and goes on when the port is taken', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const log = rememberedLog();
    expect(await startStunResponder({ host: '127.0.0.1', port: taken.address().port, logger: log })).toBeNull();
    expect(log.lines).toMatchObject([{ level: 'warn' }]);
    taken.close();
  });
});
