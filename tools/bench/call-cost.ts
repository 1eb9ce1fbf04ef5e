import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Attempts } from './attempts.ts';
import { type BenchServer, withBenchServer } from './bench-server.ts';
import type { Activity, Received } from './light-client.ts';
import type { ClientsCommand } from './light-clients.ts';
import { childrenOf, coreShares, privateMiBOf } from './process-usage.ts';
import type { Measure } from './results.ts';
import { LONG_TEXT, speakSample } from './spoken-sample.ts';
import type { EncoderFloor } from './stage-cost.ts';

const CALL_COUNTS = [1, 4, 8];
/** Time for a new activity to become steady: the idle loop is joined at its next joint, within two seconds. */
const SETTLE_MS = 3000;
const IDLE_WINDOW_MS = 8000;
/** Two rounds of the text: its synthesis comes in bursts. */
const TALK_WINDOW_MS = 22_000;
const TALKING_BUDGET_PERCENT = 7;
const TALKING_BUDGET_FLOORS = 1.6;
/** Worker and gateway process together. */
const LISTENING_BUDGET_PERCENT = 1.1;
const MEMORY_BUDGET_MIB = 12;
/** Below this a call was not served, and what it cost says nothing. */
const LEAST_PICTURES_PER_SECOND = 24;

/** The clients' process, one command at a time. */
class Clients {
  readonly #process: ChildProcess = fork(fileURLToPath(new URL('./light-clients.ts', import.meta.url)), {
    serialization: 'advanced',
  });

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  send(command: ClientsCommand): Promise<Received[]> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('the process of the clients died'));
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) return onExit();
      this.#process.once('exit', onExit);
      this.#process.once('message', (reply: { received?: Received[]; failure?: string }) => {
        this.#process.off('exit', onExit);
        if (reply.received !== undefined) resolve(reply.received);
        else reject(new Error(reply.failure));
      });
      this.#process.send(command);
    });
  }

  end(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}

type Window = {
  /** Percent of a core, per call. */
  readonly worker: number;
  readonly server: number;
  readonly helpers: number;
  readonly picturesPerSecond: number;
  readonly videoKbps: number;
  readonly audioKbps: number;
};

async function measureWindow(server: BenchServer, clients: Clients, durationMs: number): Promise<Window> {
  const helpers = await childrenOf(server.workerPid);
  const before = await clients.send({ type: 'received' });
  const startedAtMs = performance.now();
  const shares = await coreShares([server.workerPid, server.child.pid ?? 0, ...helpers], durationMs);
  const after = await clients.send({ type: 'received' });
  const seconds = (performance.now() - startedAtMs) / 1000;
  const count = after.length;
  const rate = (key: keyof Received): number =>
    after.reduce((sum, received, index) => sum + received[key] - (before[index]?.[key] ?? 0), 0) / count / seconds;
  const [worker = Number.NaN, gateway = Number.NaN, ...rest] = shares.map((share) => (share * 100) / count);
  return {
    worker,
    server: gateway,
    helpers: rest.reduce((sum, share) => sum + share, 0),
    picturesPerSecond: rate('pictures'),
    videoKbps: (rate('videoBytes') * 8) / 1000,
    audioKbps: (rate('audioBytes') * 8) / 1000,
  };
}

function describe(window: Window): string {
  const percent = (value: number): string => `${value.toFixed(2)} %`;
  return [
    `gateway process ${percent(window.server)}`,
    ...(window.helpers >= 0.01 ? [`helpers ${percent(window.helpers)}`] : []),
    `received ${window.picturesPerSecond.toFixed(1)} pictures/s, ${window.videoKbps.toFixed(0)} + ${window.audioKbps.toFixed(0)} kbit/s`,
  ].join('; ');
}

const NAMES: Record<Activity, string> = {
  muted: 'listening, microphone muted',
  'quiet-noise': 'listening, microphone open in a quiet room',
  talking: 'talking, local voice',
  streaming: "talking, the client's own speech (transparency)",
};

function costOf(activity: Activity, count: number, window: Window, floorPercent: number): Measure[] {
  const isTalk = activity === 'talking' || activity === 'streaming';
  const who = isTalk ? '' : ', worker and gateway';
  const what = `${NAMES[activity]}, ${count} ${count === 1 ? 'call' : 'calls'}: core per call${who}`;
  const { picturesPerSecond } = window;
  const invalid =
    picturesPerSecond < LEAST_PICTURES_PER_SECOND
      ? { invalid: `only ${picturesPerSecond.toFixed(1)} pictures/s arrived` }
      : {};
  const cost: Measure = {
    ...invalid,
    section: 'calls',
    what,
    value: isTalk ? window.worker : window.worker + window.server,
    unit: '%',
    budget: { atMost: isTalk ? TALKING_BUDGET_PERCENT : LISTENING_BUDGET_PERCENT },
    ...(isTalk ? { floor: floorPercent } : {}),
    note: describe(window),
  };
  if (!isTalk || count !== CALL_COUNTS.at(-1)) return [cost];
  return [
    cost,
    {
      ...invalid,
      section: 'calls',
      what: `${NAMES[activity]}, ${count} calls: times the encoder alone`,
      value: window.worker / floorPercent,
      unit: 'x',
      budget: { atMost: TALKING_BUDGET_FLOORS },
    },
    {
      ...invalid,
      section: 'calls',
      what: `${NAMES[activity]}: calls that one core carries`,
      value: 100 / window.worker,
      unit: 'calls',
      note: 'media worker alone; the gateway process comes on top',
    },
  ];
}

/** CPU and memory of calls of every kind, by clients that decode nothing. */
export async function measureCalls(floor: EncoderFloor, attempts: Attempts): Promise<Measure[]> {
  const { sample } = await speakSample(0);
  const measures: Measure[] = [];
  const part = (name: string, server: BenchServer, perform: (run: CallCostRun) => Promise<void>): Promise<Measure[]> =>
    attempts.run(name, async () => {
      const clients = new Clients();
      try {
        await clients.send({ type: 'speech', pcm: sample.pcm, text: LONG_TEXT });
        await perform(new CallCostRun(server, clients, floor.coreShare * 100, attempts.print, measures));
      } finally {
        clients.end();
      }
      return [];
    });
  await withBenchServer(attempts.print, async (server) => {
    await part('calls that talk by the local voice', server, (run) => run.localVoice());
    await part('calls that talk by transparency', server, (run) => run.transparency());
  });
  return [...measures, floorRow(floor)];
}

class CallCostRun {
  /** What was measured stays when a later step fails. */
  readonly #measures: Measure[];
  readonly #server: BenchServer;
  readonly #clients: Clients;
  readonly #floorPercent: number;
  readonly #print: (line: string) => void;

  constructor(
    server: BenchServer,
    clients: Clients,
    floorPercent: number,
    print: (line: string) => void,
    measures: Measure[],
  ) {
    this.#measures = measures;
    this.#server = server;
    this.#clients = clients;
    this.#floorPercent = floorPercent;
    this.#print = print;
  }

  async localVoice(): Promise<void> {
    // The first talk of a worker compiles what later ones share.
    await this.#open(1, 'local');
    await this.#clients.send({ type: 'act', activity: 'talking' });
    await delay(2 * SETTLE_MS);
    const memory: number[] = [];
    for (const count of CALL_COUNTS) {
      await this.#open(count, 'local');
      await this.#measure('muted', count, IDLE_WINDOW_MS);
      await this.#measure('quiet-noise', count, IDLE_WINDOW_MS);
      await this.#measure('talking', count, TALK_WINDOW_MS);
      memory.push(await privateMiBOf(this.#server.workerPid));
    }
    this.#measures.push(memoryPerCall(memory));
    await this.#clients.send({ type: 'close' });
    await delay(SETTLE_MS);
  }

  async transparency(): Promise<void> {
    for (const count of CALL_COUNTS) {
      await this.#open(count, 'transparency');
      await this.#measure('streaming', count, TALK_WINDOW_MS / 2);
    }
    await this.#clients.send({ type: 'close' });
  }

  async #open(count: number, model: 'local' | 'transparency'): Promise<void> {
    const { url, license } = this.#server;
    const query = new URLSearchParams({ license, name: 'navtalk.Emma', visavis: '1' });
    if (model === 'transparency') query.set('model', model);
    const address = `${url.replace('http', 'ws')}/wss/v2/realtime-chat?${query}`;
    await this.#clients.send({ type: 'open', url: address, count });
  }

  async #measure(activity: Activity, count: number, durationMs: number): Promise<void> {
    await this.#clients.send({ type: 'act', activity });
    await delay(SETTLE_MS);
    const window = await measureWindow(this.#server, this.#clients, durationMs);
    this.#print(`${NAMES[activity]}, ${count}: ${window.worker.toFixed(2)} % of a core per call; ${describe(window)}`);
    this.#measures.push(...costOf(activity, count, window, this.#floorPercent));
  }
}

function memoryPerCall(memory: readonly number[]): Measure {
  const first = memory[0] ?? Number.NaN;
  const last = memory.at(-1) ?? Number.NaN;
  const extra = (CALL_COUNTS.at(-1) ?? 0) - (CALL_COUNTS[0] ?? 0);
  return {
    section: 'calls',
    what: 'memory of the media worker per extra call',
    value: (last - first) / extra,
    unit: 'MiB',
    budget: { atMost: MEMORY_BUDGET_MIB },
    note: `private memory: ${memory.map((mib, index) => `${mib.toFixed(0)} MiB with ${CALL_COUNTS[index]}`).join(', ')}`,
  };
}

function floorRow(floor: EncoderFloor): Measure {
  return {
    section: 'calls',
    what: 'encoder alone on the same pictures: core per call',
    value: floor.coreShare * 100,
    unit: '%',
    note: `VP8, ${floor.calls} encoders in turn, ${floor.pictures} talking pictures each at 25/s, ${floor.kbps.toFixed(0)} kbit/s`,
  };
}
