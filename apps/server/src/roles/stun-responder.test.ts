import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { classes, Message, methods, parseMessage } from 'werift-ice';
import { rememberedLog } from '../gateway/test-doubles.ts';
import { answerBinding, isSendable } from './stun-message.ts';
import { type StunResponder, startStunResponder } from './stun-responder.ts';

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

  it('gives the shortest answer there is, for both families', () => {
    const request = new Message(methods.BINDING, classes.REQUEST).bytes;
    expect(request.length).toBe(20);
    expect(answerBinding(request, SENDER)).toHaveLength(32);
    const answer = answerBinding(request, { address: '2001:db8::7', port: 40_000 })!;
    expect(answer).toHaveLength(44);
    expect(parseMessage(answer)!.getAttributeValue('XOR-MAPPED-ADDRESS')).toEqual(['2001:db8::7', 40_000]);
    const mapped = answerBinding(request, { address: '::ffff:203.0.113.7', port: 40_000 });
    expect(parseMessage(mapped!)!.getAttributeValue('XOR-MAPPED-ADDRESS')).toEqual(['203.0.113.7', 40_000]);
  });

  it('answers requests with attributes, and nothing can be sent to a forged sender without a port', () => {
    const request = new Message(methods.BINDING, classes.REQUEST);
    request.setAttribute('SOFTWARE', 'a browser');
    request.addFingerprint();
    expect(answerBinding(request.bytes, SENDER)).toHaveLength(32);
    expect([SENDER, { ...SENDER, port: 0 }, { ...SENDER, address: '0.0.0.0' }].map(isSendable)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('answers one address so often and no more', async () => {
    responder = await startStunResponder({ host: '127.0.0.1', port: 0, logger: rememberedLog() });
    const flood = createSocket('udp4');
    let answers = 0;
    flood.on('message', () => {
      answers += 1;
    });
    const request = new Message(methods.BINDING, classes.REQUEST).bytes;
    for (let sent = 0; sent < 500; sent += 1) {
      await new Promise((resolve) => flood.send(request, responder!.port, '127.0.0.1', resolve));
    }
    await expect.poll(() => answers).toBeGreaterThanOrEqual(60);
    // Everything that is answered has been by now: answers come in the order of their requests.
    flood.close();
    expect(answers).toBeLessThan(150);
  });

  const binding = new Message(methods.BINDING, classes.REQUEST).bytes;
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.concat([binding, Buffer.from('8022000461626364', 'hex')]);
    bytes.writeUInt16BE(8, 2);
    change(bytes);
    return bytes;
  };
  it.each([
    ['another length than it says', changed((bytes) => bytes.writeUInt16BE(4, 2))],
    ['an attribute beyond its end', changed((bytes) => bytes.writeUInt16BE(400, 22))],
    ['another cookie', changed((bytes) => bytes.writeUInt32BE(1, 4))],
    ['an odd number of bytes', Buffer.concat([binding, Buffer.alloc(3)])],
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
