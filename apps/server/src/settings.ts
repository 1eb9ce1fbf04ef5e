import { isIP } from 'node:net';
import { VOICES } from '@visavis/media/voice-catalogue';
import { PATIENT_HISTORY_GAP_MS } from '@visavis/protocol';
import { OPERATOR_TOPIC_PREFIX } from '@visavis/protocol/schemas';
import * as z from 'zod';
import { DEFAULT_QUOTAS, QUOTA_NAMES, type QuotaName } from './control/quotas/quota-names.ts';
import { readProxyTrust } from './http/edge/trusted-proxies.ts';
import { SHIPPED_AVATARS } from './shipped-files.ts';

/** Calls that one worker process serves well: a talking face costs about a tenth of a core. */
export const CALLS_PER_WORKER = 8;

const VOICES_FOR_BUILT_IN = VOICES.filter(({ offer }) => offer.toOperator).map(({ id }) => id);

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

const quotaShape = Object.fromEntries(
  QUOTA_NAMES.map((name) => [
    name,
    z.int('must be a whole number').min(1, 'must be 1 or more').default(DEFAULT_QUOTAS[name]),
  ]),
) as unknown as Record<QuotaName, z.ZodDefault<z.ZodInt>>;

const quotasSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON, like {"avatarsPerProject":500}' });
      return z.NEVER;
    }
  })
  .pipe(z.strictObject(quotaShape, 'must be a JSON object whose names are in docs/data.md'));

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

const proxyTrust = z.string().transform((text, context) => {
  const trust = readProxyTrust(text);
  if (trust !== undefined) return trust;
  const message = 'must be the number of proxies, or their addresses, like 1 or 10.0.0.0/8,127.0.0.1 or loopback';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Hosts of PostgreSQL may be left out, as for a socket. */
function isAddress(text: string): boolean {
  return URL.canParse(text) || URL.canParse(text.replace('@/', '@host/'));
}

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((text) => text.replace(/(?<!\/)\/+$/, ''));

/**
 * Every setting, as environment variable; `--port` on the command line sets PORT, and so on. The descriptions and
 * defaults are what `--help` prints.
 */
const serviceKey = z
  .string()
  .trim()
  .regex(/^[!-~]+$/, 'must be a key without spaces');

export const settingsSchema = z.object({
  PORT: portNumber.default(8787).describe('Port of pages, REST and WebSockets.'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on; 127.0.0.1 serves this machine alone.'),
  DATA_DIR: z.string().default('./data').describe('Folder of the database, keys, certificates and made avatars.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .refine(
      isAddress,
      'must look like postgres://user:password@host:5432/database, with signs like @ # / in the password as %40 %23 %2F',
    )
    .optional()
    .describe('PostgreSQL 15 or newer; without it an embedded database in DATA_DIR is used.'),
  ROLE: z
    .enum(['all', 'worker'], 'must be all or worker')
    .default('all')
    .describe(
      'worker: no calls and no pages, only what waits: webhooks, avatars, films, tidying up. Needs DATABASE_URL.',
    ),
  S3_BUCKET: z
    .string()
    .optional()
    .describe('Bucket for files of avatars and films, in any store that speaks S3; without it they lie in DATA_DIR.'),
  S3_ENDPOINT: publicUrl
    .optional()
    .describe("Address of that store, like https://s3.example.org; Amazon's of S3_REGION if left out."),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket; many stores take any.'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('Key that may read, write, list and delete in the bucket.'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('Its secret, from the environment only.'),
  S3_FORCE_PATH_STYLE: flag
    .optional()
    .describe('The bucket is named in the path, not in the host name; true if S3_ENDPOINT is set.'),
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
  TRUST_PROXY: proxyTrust
    .default(false)
    .describe('Proxies whose X-Forwarded-* headers are believed: how many (1), or their addresses; true: 1.'),
  ALLOWED_HOSTS: commaList
    .pipe(
      z.array(z.string().regex(/^(\*|(\*\.)?[A-Za-z0-9_][A-Za-z0-9_.-]*)$/, 'must be host names, like box.lan, or *')),
    )
    .optional()
    .describe('Further host names of this server, comma-separated; *: any. Others are refused.'),
  DEMO_LICENSE: z
    .string()
    .regex(/^(off|[A-Za-z0-9_-]{8,128})$/, 'must be off, or 8 to 128 letters, digits, _ and -')
    .optional()
    .describe('Key of the demo project; off shows none on the first page. Without it one is made.'),
  REGISTRATION: z
    .enum(['open', 'closed'], 'must be open or closed')
    .default('open')
    .describe(
      'closed: only the first user, who becomes the operator, and people with an invitation can register; every owner of a project can invite.',
    ),
  PUBLIC_URL: publicUrl
    .optional()
    .describe(
      'Address of this server, like https://avatars.example.org: for links in mails, and a name that it goes by.',
    ),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .refine(
      isAddress,
      'must look like smtps://user:password@mail.example.org, with signs like @ # / in the password as %40 %23 %2F',
    )
    .optional()
    .describe('Mail server for password resets and invitations; needs PUBLIC_URL.'),
  MAIL_FROM: z.string().default('Visavis <visavis@localhost>').describe('Sender of mails.'),
  POINTS_PER_MINUTE: z.coerce
    .number('must be a number')
    .min(0, 'must be 0 or more')
    .max(1_000_000)
    .default(10)
    .describe('Price of a minute of a call or film, for projects whose points are limited.'),
  FREE_POINTS: z.coerce
    .number('must be a number')
    .min(0, 'must be 0 or more')
    .max(1_000_000_000)
    .optional()
    .describe('Points of a new project; without it new projects are unlimited.'),
  WEBHOOK_PRIVATE_HOSTS: commaList
    .optional()
    .describe('Hosts with private addresses that webhooks may reach, comma-separated.'),
  TOOL_PRIVATE_HOSTS: commaList
    .optional()
    .describe(
      'Hosts with private addresses that tools of avatars may ask, comma-separated; members read their answers.',
    ),
  FETCH_PRIVATE_HOSTS: commaList
    .optional()
    .describe(
      'Hosts with private addresses from which pictures, clips and sound are fetched all the same, comma-separated.',
    ),
  QUOTAS: quotasSchema
    .optional()
    .describe('JSON of limits per project, key and user, like {"avatarsPerProject":500}; names in docs/data.md.'),
  FACE_CACHE_MB: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .default(5_000)
    .describe('Disk that the pictures of filmed faces may take; ten seconds of 512 pixels have about 100 MB.'),
  BUNDLE_CACHE_MB: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .default(2_000)
    .describe('Disk that avatars out of S3_BUCKET may take on this machine; one has about 5 MB.'),
  MIN_FREE_DISK_MB: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .default(500)
    .describe('Free space of DATA_DIR below which nothing but talks is stored; 0 watches nothing.'),
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
  MAX_PICTURE_SIZE: z.coerce
    .number('must be a number')
    .int()
    .min(128, 'must be 128 to 1080')
    .max(1080, 'must be 128 to 1080')
    .optional()
    .describe(
      'How large a picture a page may ask for (512, 720 or 1024 pixels), at more processor time; PICTURE_SIZE if left out.',
    ),
  PREPARE_AVATARS: flag
    .default(true)
    .describe('Open the built-in avatars at the start, so that their first calls begin at once.'),
  ICE_SERVERS: iceServersSchema
    .optional()
    .describe('JSON array of STUN and TURN servers for clients, in place of the built-in one.'),
  PUBLIC_ADDRESS: commaList
    .pipe(z.array(z.string().refine((text) => isIP(text) !== 0, 'must be IP addresses, like 203.0.113.7')))
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
    .enum(VOICES_FOR_BUILT_IN, `must be one of ${VOICES_FOR_BUILT_IN.join(', ')}`)
    .optional()
    .describe(
      'Who speaks for the built-in avatars; left out: what the other settings are for, LLM_URL before OPENAI_API_KEY.',
    ),
  LLM_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional()
    .describe(
      "A language model behind the local voice: base URL of OpenAI's chat completions, like http://127.0.0.1:11434/v1.",
    ),
  LLM_MODEL: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .optional()
    .describe('Its name, like qwen3:4b; avatars may name others of LLM_URL.'),
  LLM_API_KEY: serviceKey.optional().describe('Key for LLM_URL, from the environment only.'),
  STT_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional()
    .describe(
      "Ears before LLM_URL in place of the built-in ones: base URL of OpenAI's transcriptions, like http://127.0.0.1:8000/v1.",
    ),
  STT_MODEL: z.string().trim().min(1, 'must not be empty').default('whisper-1').describe('Its model.'),
  STT_API_KEY: serviceKey.optional().describe('Key for STT_URL, from the environment only.'),
  TTS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional()
    .describe(
      "A mouth behind LLM_URL in place of the built-in one: base URL of OpenAI's speech, like http://127.0.0.1:8880/v1.",
    ),
  TTS_MODEL: z.string().trim().min(1, 'must not be empty').default('tts-1').describe('Its model.'),
  TTS_VOICE: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .optional()
    .describe("Who speaks there for avatars with a voice of OpenAI's names, like af_heart; these names if left out."),
  TTS_API_KEY: serviceKey.optional().describe('Key for TTS_URL, from the environment only.'),
  EMBEDDINGS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((address) => URL.parse(address)?.username === '' && URL.parse(address)?.password === '', {
      error: 'must hold no user and no password: a key belongs in EMBEDDINGS_API_KEY',
    })
    .optional()
    .describe(
      "Documents of avatars are looked up by their meaning, too: base URL of OpenAI's embeddings, like http://127.0.0.1:11434/v1.",
    ),
  EMBEDDINGS_MODEL: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .optional()
    .describe('Its model, like bge-m3; with another one documents are embedded anew.'),
  EMBEDDINGS_API_KEY: serviceKey.optional().describe('Key for EMBEDDINGS_URL, from the environment only.'),
  LLM_SEES: flag.default(false).describe('That model understands pictures of the camera.'),
  HF_ENDPOINT: publicUrl
    .default('https://huggingface.co')
    .describe('Hub that “visavis models pull” fetches from, or a mirror of it. Nothing is ever fetched unasked.'),
  MODELS_MIRROR: z
    .string()
    .optional()
    .describe('Folder with models as owner/name/file, in which “visavis models pull” looks first.'),
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
  HISTORY_GAP_MS: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 to 10000')
    .max(10_000, 'must be 0 to 10000')
    .default(PATIENT_HISTORY_GAP_MS)
    .describe("Time that NavTalk's clients have to open their microphone, in milliseconds, before session.updated."),
  MQTT_PORT: portNumber
    .default(0)
    .describe('TCP port of the broker for operators, without TLS; 0: it is reached at /mqtt of PORT alone.'),
  MQTT_URL: z
    .url({ protocol: /^(mqtts?|wss?)$/, error: 'must be a mqtt, mqtts, ws or wss address' })
    .optional()
    .describe('Another broker in place of the built-in one; several nodes need it.'),
  MQTT_PUBLIC_URL: z
    .url({ protocol: /^(mqtts?|wss?)$/, error: 'must be a mqtt, mqtts, ws or wss address' })
    .optional()
    .describe('Where operators reach that broker.'),
  MQTT_USERNAME: z.string().optional().describe('Of this server at that broker.'),
  MQTT_PASSWORD: z.string().optional().describe('The same, from the environment only.'),
  MQTT_TOKEN_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe("Signs operators' tokens (HS256), so that the broker can check them; from the environment only."),
  MQTT_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be words with slashes between them')
    .default(OPERATOR_TOPIC_PREFIX)
    .describe('What the topics of operators begin with.'),
  OPERATOR_WAIT_SECONDS: count
    .default(45)
    .describe('How long a user waits for the answer of an operator who is there.'),
  SCRIPTED_VOICE: flag.default(false).describe('Offer a voice that follows a script, for tests.'),
});

export type Settings = z.output<typeof settingsSchema>;
export const SETTING_NAMES = Object.keys(settingsSchema.shape) as readonly (keyof Settings)[];
/** Every user of the machine can read the arguments of a process. */
export const ENVIRONMENT_ONLY: ReadonlySet<keyof Settings> = new Set([
  'OPENAI_API_KEY',
  'LLM_API_KEY',
  'STT_API_KEY',
  'TTS_API_KEY',
  'EMBEDDINGS_API_KEY',
  'S3_SECRET_ACCESS_KEY',
  'MQTT_PASSWORD',
  'MQTT_TOKEN_SECRET',
]);
