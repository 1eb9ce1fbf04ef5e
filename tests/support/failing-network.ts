import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can fail as networks do: what is on its way then vanishes, and nobody is told. */
export class FailingNetwork {
  url = '';
  readonly #port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDown = false;

  constructor(serverUrl: string) {
    this.#port = Number(new URL(serverUrl).port);
    this.#server = createServer((near) => this.#carry(near));
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on nothing comes through, either way. Connections of before stay dead when it is up again. */
  fail(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  recover(): void {
    this.#isDown = false;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(near: Socket): void {
    this.#keep(near);
    if (this.#isDown) {
      near.pause();
      return;
    }
    const far = connectTo(this.#port, '127.0.0.1');
    this.#keep(far);
    near.pipe(far).pipe(near);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
