import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';

/** Calls that one worker process serves well: a talking face costs about a tenth of a core. */
const CALLS_PER_WORKER = 8;
const SHIPPED_AVATARS = fileURLToPath(new URL('../../../avatars', import.meta.url));

const portNumber = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65_535, 'must be 0 to 65535');
const count = z.coerce.number('must be a number').int('must be a whole number').min(1, 'must be 1 or more');
const flag = z.stringbool({ error: 'must be true or false' });

const iceServerSchema = z.object({
  urls: z
    .union([z.string(), z.array(z.string()).min(1)])
    .transform((urls) => (typeof urls === 'string' ? [urls] : urls))
    .pipe(
      z.array(z.string().regex(/^(stun|stuns|turn|turns):\S+$/, 'must be stun:, stuns:, turn: or turns: addresses')),
    ),
  username: z.string().optional(),
  credential: z.string().optional(),
});

const iceServersSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be JSON, like [{"urls":["turn:host:3478"],"username":"u","credential":"p"}]',
      });
      return z.NEVER;
    }
  })
  .pipe(z.array(iceServerSchema, 'must be a JSON array').min(1, 'must hold at least one server'));

const portRangeSchema = z
  .string()
  .regex(/^\d+-\d+$/, 'must look like 40000-40100')
  .transform((text) => {
    const [begin = 0, end = 0] = text.split('-').map(Number);
    return { begin, end };
  })
  .refine(({ begin, end }) => begin > 0 && begin <= end && end <= 65_535, 'must be two ports, the lower one first');

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((text) => text.replace(/\/+$/, ''));

/**
 * Every setting, as environment variable; `--port` on the command line sets PORT, and so on. The descriptions and
 * defaults are what `--help` prints.
 */
const settingsSchema = z.object({
  PORT: portNumber.default(8787).describe('Port of pages, REST and WebSockets.'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on; 127.0.0.1 serves this machine alone.'),
  DATA_DIR: z.string().default('./data').describe('Folder of the database, keys, certificates and made avatars.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional()
    .describe('PostgreSQL 15 or newer; without it an embedded database in DATA_DIR is used.'),
  MASTER_KEY: z
    .string()
    .optional()
    .describe('32 bytes, hexadecimal, that encrypt stored keys; made in DATA_DIR if left out.'),
  AVATARS_DIR: z.string().default(SHIPPED_AVATARS).describe('Folder of the built-in avatars.'),
  TLS: z
    .enum(['off', 'self-signed'], 'must be off or self-signed')
    .default('off')
    .describe('self-signed makes a certificate and keeps it in DATA_DIR.'),
  TLS_CERT: z.string().optional().describe('File of the certificate chain (PEM); switches TLS on, with TLS_KEY.'),
  TLS_KEY: z.string().optional().describe('File of the private key (PEM).'),
  TRUST_PROXY: flag.default(false).describe('Believe X-Forwarded-* headers; only behind a proxy of yours.'),
  DEMO_LICENSE: z
    .string()
    .regex(/^(off|[A-Za-z0-9_-]{8,128})$/, 'must be off, or 8 to 128 letters, digits, _ and -')
    .optional()
    .describe('Key of the demo project; off shows none on the first page. Without it one is made.'),
  REGISTRATION: z
    .enum(['open', 'closed'], 'must be open or closed')
    .default('open')
    .describe('closed: only the first user can register, who becomes the operator.'),
  PUBLIC_URL: publicUrl.optional().describe('Address of this server in mails, like https://avatars.example.org.'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional()
    .describe('Mail server for password resets; needs PUBLIC_URL.'),
  MAIL_FROM: z.string().default('Visavis <visavis@localhost>').describe('Sender of mails.'),
  POINTS_PER_MINUTE: z.coerce
    .number('must be a number')
    .min(0, 'must be 0 or more')
    .max(1_000_000)
    .default(10)
    .describe('Price of a call minute, for projects whose points are limited.'),
  FREE_POINTS: z.coerce
    .number('must be a number')
    .min(0, 'must be 0 or more')
    .max(1_000_000_000)
    .optional()
    .describe('Points of a new project; without it new projects are unlimited.'),
  WEBHOOK_PRIVATE_HOSTS: commaList
    .optional()
    .describe('Hosts with private addresses that webhooks may reach, comma-separated.'),
  MEDIA_WORKERS: count.optional().describe('Processes that render calls; one less than the cores if left out.'),
  MAX_CALLS: count.optional().describe(`Calls at a time; ${CALLS_PER_WORKER} per media worker if left out.`),
  PICTURE_SIZE: z.coerce
    .number('must be a number')
    .int()
    .min(128, 'must be 128 to 1080')
    .max(1080, 'must be 128 to 1080')
    .multipleOf(2, 'must be even')
    .default(512)
    .describe('Width and height of the picture, in pixels.'),
  ICE_SERVERS: iceServersSchema
    .optional()
    .describe('JSON array of STUN and TURN servers for clients, in place of the built-in one.'),
  PUBLIC_ADDRESS: commaList
    .optional()
    .describe('Public IP addresses of this machine, for media behind NAT; comma-separated.'),
  MEDIA_PORTS: portRangeSchema.optional().describe('UDP ports for media, like 40000-40100; any free one if left out.'),
  STUN_PORT: portNumber.default(3478).describe('UDP port of the built-in STUN responder; 0 switches it off.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error')
    .default('info')
    .describe('Least level that is logged.'),
  LOG_FORMAT: z
    .enum(['auto', 'pretty', 'json'], 'must be auto, pretty or json')
    .default('auto')
    .describe('auto: pretty on a terminal, else JSON lines.'),
  VOICE_PROVIDER: z
    .enum(['local', 'openai-realtime'], 'must be local or openai-realtime')
    .optional()
    .describe('Who speaks for the built-in avatars; openai-realtime if OPENAI_API_KEY is set, else local.'),
  OPENAI_API_KEY: z
    .string()
    .trim()
    .regex(/^[!-~]+$/, 'must be a key as OpenAI shows it, without spaces')
    .optional()
    .describe('Key for OpenAI Realtime, from the environment only.'),
  OPENAI_REALTIME_URL: z
    .url({ protocol: /^wss?$/, error: 'must be a ws or wss address' })
    .optional()
    .describe("Another server that speaks OpenAI's Realtime API, like ws://127.0.0.1:8000/v1/realtime."),
  OPENAI_TURN_DETECTION: z
    .enum(['server_vad', 'semantic_vad'], 'must be server_vad or semantic_vad')
    .default('server_vad')
    .describe('How OpenAI tells that the user has finished: by silence, or by sense too.'),
  SCRIPTED_VOICE: flag.default(false).describe('Offer the voice provider "scripted", a fixed talk for tests.'),
});

type Settings = z.output<typeof settingsSchema>;
const NAMES = Object.keys(settingsSchema.shape) as readonly (keyof Settings)[];
/** Every user of the machine can read the arguments of a process. */
const ENVIRONMENT_ONLY: ReadonlySet<keyof Settings> = new Set(['OPENAI_API_KEY']);

export type Config = {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly masterKey: string | undefined;
  readonly avatarsDir: string;
  readonly tls:
    | { readonly kind: 'off' | 'self-signed' }
    | { readonly kind: 'files'; readonly certPath: string; readonly keyPath: string };
  readonly trustProxy: boolean;
  readonly demo: { readonly enabled: boolean; readonly licence: string | undefined };
  readonly isRegistrationOpen: boolean;
  /** Null: no mail. */
  readonly mail: { readonly smtpUrl: string; readonly from: string; readonly publicUrl: string } | null;
  readonly points: {
    readonly perMinute: number;
    /** Null: new projects are unlimited. */
    readonly free: number | null;
  };
  readonly webhookPrivateHosts: readonly string[];
  readonly mediaWorkers: number;
  readonly maxCallsPerWorker: number;
  readonly pictureSizePx: number;
  /** Undefined: the built-in STUN responder under the host name that the client used. */
  readonly iceServers:
    | readonly { readonly urls: readonly string[]; readonly username?: string; readonly credential?: string }[]
    | undefined;
  readonly publicAddresses: readonly string[];
  readonly mediaPorts: { readonly begin: number; readonly end: number } | undefined;
  readonly stunPort: number;
  readonly logLevel: Settings['LOG_LEVEL'];
  readonly logFormat: Settings['LOG_FORMAT'];
  readonly voice: {
    /** Of system avatars, which name none of their own. */
    readonly provider: 'local' | 'openai-realtime';
    /** The key itself stays in the environment, where media workers read it. */
    readonly hasOpenAiKey: boolean;
    /** Undefined: OpenAI's. */
    readonly openAiUrl: string | undefined;
    readonly openAiTurnDetection: Settings['OPENAI_TURN_DETECTION'];
  };
  readonly allowScriptedVoice: boolean;
};

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'help'; readonly text: string }
  /** Every fault at once, one a line. */
  | { readonly kind: 'faults'; readonly text: string };

function toFlag(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** The only reader of the environment and the command line, which wins. Empty variables count as absent. */
export function loadConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const options = Object.fromEntries(NAMES.map((name) => [toFlag(name), { type: 'string' } as const]));
  const { values, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  if ('help' in values) return { kind: 'help', text: describeSettings() };

  const given: Record<string, unknown> = {};
  for (const name of NAMES) {
    const isArgument = !ENVIRONMENT_ONLY.has(name);
    const value = (isArgument ? values[toFlag(name)] : undefined) ?? env[name];
    // A flag without a value means yes.
    if (value !== undefined && value !== '') given[name] = value === true ? 'true' : value;
  }
  const known = new Set(NAMES.map(toFlag));
  const unknown = [
    ...Object.keys(values)
      .filter((key) => !known.has(key))
      .map((key) => `--${key}`),
    ...positionals,
  ];
  const faults = unknown.map((argument) => `${argument} is no setting. --help lists them.`);
  for (const name of ENVIRONMENT_ONLY) {
    if (toFlag(name) in values)
      faults.push(`${name} is read from the environment only: arguments can be seen by others.`);
  }
  const parsed = settingsSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) faults.push(`${issue.path.join('.')} ${issue.message}`);
  if (parsed.success && (parsed.data.TLS_CERT === undefined) !== (parsed.data.TLS_KEY === undefined)) {
    faults.push('TLS_CERT and TLS_KEY go together: set both, or neither.');
  }
  if (parsed.success && parsed.data.SMTP_URL !== undefined && parsed.data.PUBLIC_URL === undefined) {
    faults.push('SMTP_URL needs PUBLIC_URL: links in mails must not depend on what a request says of its host.');
  }
  if (parsed.success && lacksOpenAiKey(parsed.data)) {
    faults.push(
      'VOICE_PROVIDER=openai-realtime needs OPENAI_API_KEY, or OPENAI_REALTIME_URL of a server without keys.',
    );
  }
  if (!parsed.success || faults.length > 0) return { kind: 'faults', text: faults.join('\n') };
  return { kind: 'config', config: toConfig(parsed.data) };
}

function lacksOpenAiKey({ VOICE_PROVIDER, OPENAI_API_KEY, OPENAI_REALTIME_URL }: Settings): boolean {
  return VOICE_PROVIDER === 'openai-realtime' && OPENAI_API_KEY === undefined && OPENAI_REALTIME_URL === undefined;
}

function toConfig(settings: Settings): Config {
  const { TLS_CERT: certPath, TLS_KEY: keyPath, DEMO_LICENSE: demoLicence } = settings;
  const wantedWorkers = settings.MEDIA_WORKERS ?? Math.max(1, availableParallelism() - 1);
  const maxCalls = settings.MAX_CALLS ?? wantedWorkers * CALLS_PER_WORKER;
  // More workers than calls would leave some idle and let more calls in than wanted.
  const mediaWorkers = Math.min(wantedWorkers, maxCalls);
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: resolve(settings.DATA_DIR),
    databaseUrl: settings.DATABASE_URL,
    masterKey: settings.MASTER_KEY,
    avatarsDir: resolve(settings.AVATARS_DIR),
    tls:
      certPath !== undefined && keyPath !== undefined ? { kind: 'files', certPath, keyPath } : { kind: settings.TLS },
    trustProxy: settings.TRUST_PROXY,
    demo: { enabled: demoLicence !== 'off', licence: demoLicence === 'off' ? undefined : demoLicence },
    isRegistrationOpen: settings.REGISTRATION === 'open',
    mail:
      settings.SMTP_URL !== undefined && settings.PUBLIC_URL !== undefined
        ? { smtpUrl: settings.SMTP_URL, from: settings.MAIL_FROM, publicUrl: settings.PUBLIC_URL }
        : null,
    points: { perMinute: settings.POINTS_PER_MINUTE, free: settings.FREE_POINTS ?? null },
    webhookPrivateHosts: settings.WEBHOOK_PRIVATE_HOSTS ?? [],
    mediaWorkers,
    maxCallsPerWorker: Math.ceil(maxCalls / mediaWorkers),
    pictureSizePx: settings.PICTURE_SIZE,
    iceServers: settings.ICE_SERVERS?.map(({ urls, username, credential }) =>
      username !== undefined && credential !== undefined ? { urls, username, credential } : { urls },
    ),
    publicAddresses: settings.PUBLIC_ADDRESS ?? [],
    mediaPorts: settings.MEDIA_PORTS,
    stunPort: settings.STUN_PORT,
    logLevel: settings.LOG_LEVEL,
    logFormat: settings.LOG_FORMAT,
    voice: {
      provider: settings.VOICE_PROVIDER ?? (settings.OPENAI_API_KEY === undefined ? 'local' : 'openai-realtime'),
      hasOpenAiKey: settings.OPENAI_API_KEY !== undefined,
      openAiUrl: settings.OPENAI_REALTIME_URL,
      openAiTurnDetection: settings.OPENAI_TURN_DETECTION,
    },
    allowScriptedVoice: settings.SCRIPTED_VOICE,
  };
}

/** The table of settings, made from the schema. */
export function describeSettings(): string {
  const rows = NAMES.map((name) => {
    const schema = settingsSchema.shape[name];
    const fallback = schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : '–';
    return [
      name,
      ENVIRONMENT_ONLY.has(name) ? '–' : `--${toFlag(name)}`,
      fallback === SHIPPED_AVATARS ? 'avatars' : fallback,
      schema.description ?? '',
    ] as const;
  });
  const header = ['variable', 'argument', 'default', 'meaning'] as const;
  const widths = [0, 1, 2].map((column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return ['Usage: npm start -- [arguments]', '', ...lines].join('\n');
}
