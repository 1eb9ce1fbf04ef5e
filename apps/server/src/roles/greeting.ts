import { networkInterfaces } from 'node:os';
import type { Config } from '../config.ts';
import type { VoiceReport } from '../http/talk-page.ts';
import type { RunningServer } from './all-in-one.ts';
import { bracketed } from './bracketed.ts';
import { describeProvider } from './voice-choice.ts';

/** What the terminal shows once the server runs. The demo key is on the first page for everyone, so it is shown here too. */
export function describeServer(config: Config, server: RunningServer, voice: VoiceReport | null): string {
  const scheme = config.tls.kind === 'off' ? 'http' : 'https';
  const isEverywhere = config.host === '0.0.0.0' || config.host === '::';
  const hosts = isEverywhere ? ['localhost', ...lanAddresses()] : [config.host];
  const [here = 'localhost', ...elsewhere] = hosts.map((host) => `${scheme}://${bracketed(host)}:${server.port}`);
  const rows: [string, string][] = [
    ['Talk', here],
    ...elsewhere.map((url): [string, string] => [
      '',
      `${url}${scheme === 'http' ? '   (a microphone needs https: --tls self-signed)' : ''}`,
    ]),
    ['Provider', describeProvider(server.usedVoice)],
    ...server.foundModels.map(({ name, model, settings }): [string, string] => [
      'Found',
      `${name} with ${model}; to talk with it: ${settings} npx visavis`,
    ]),
    ['Voice', voice?.mouth ?? 'no media worker is up; see the log'],
    ['Ears', voice?.ears ?? '–'],
    ['Brain', voice?.brain ?? '–'],
    [
      'Capacity',
      `${server.capacity} calls in ${config.mediaWorkers} media ${config.mediaWorkers === 1 ? 'worker' : 'workers'}`,
    ],
    ['Database', server.database === 'embedded' ? `embedded, in ${config.dataDir}` : 'PostgreSQL'],
    ['STUN', server.stunPort === null ? describeIce(config) : `UDP port ${server.stunPort}`],
    ['TLS', config.tls.kind],
    ['Demo key', config.demo.enabled ? (server.demo.licenceKey ?? 'none') : 'off'],
    ['Settings', 'npx visavis start --help'],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`).join('\n');
}

function describeIce(config: Config): string {
  return config.iceServers === undefined ? 'off' : 'ICE_SERVERS';
}

function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === 'IPv4' && !entry.internal)
    .map((entry) => entry.address);
}
