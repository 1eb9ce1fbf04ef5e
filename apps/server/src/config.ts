import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  lackOf,
  type OperatorSettings,
  operatorParts,
  usualVoice,
  type VoiceParts,
  withoutKeys,
} from '@visavis/media/voice-catalogue';
import * as z from 'zod';
import { DEFAULT_QUOTAS, type Quotas } from './control/quotas/quota-names.ts';
import type { S3Settings } from './files/s3-settings.ts';
import type { ProxyTrust } from './http/edge/trusted-proxies.ts';
import type { EmbeddingsSettings } from './ports.ts';
import { CALLS_PER_WORKER, ENVIRONMENT_ONLY, SETTING_NAMES, type Settings, settingsSchema } from './settings.ts';
import { SHIPPED_AVATARS } from './shipped-files.ts';

export type Config = {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** `worker`: only what waits for its turn. */
  readonly role: Settings['ROLE'];
  readonly databaseUrl: string | undefined;
  /** Null: films of calls lie in the data folder. */
  readonly s3: S3Settings | null;
  readonly masterKey: string | undefined;
  readonly avatarsDir: string;
  readonly tls:
    | { readonly kind: 'off' | 'self-signed' }
    | { readonly kind: 'files'; readonly certPath: string; readonly keyPath: string };
  readonly trustProxy: ProxyTrust | false;
  /** Names that the operator gave this server; `*`: any name. */
  readonly hostNames: readonly string[];
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
  readonly toolPrivateHosts: readonly string[];
  readonly fetchPrivateHosts: readonly string[];
  /** Null: documents of avatars are looked up by their words alone. */
  readonly embeddings: EmbeddingsSettings | null;
  readonly quotas: Quotas;
  readonly faceCacheBytes: number;
  readonly bundleCacheBytes: number;
  /** Less free space than this is a nearly full disk; 0: it is not watched. */
  readonly minFreeDiskBytes: number;
  readonly mediaWorkers: number;
  readonly maxCallsPerWorker: number;
  /** The built-in avatars are opened before anybody calls them. */
  readonly preparesAvatars: boolean;
  readonly pictureSizePx: number;
  /** As much a page may ask for; never less than `pictureSizePx`. */
  readonly maxPictureSizePx: number;
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
    readonly provider: string;
    /** The settings name it. */
    readonly isNamed: boolean;
    /** What is used where avatars choose nothing, without its keys. */
    readonly parts: VoiceParts;
    /**
     * With its keys, which are handed to the media workers over their channel: no child of the server finds them in its environment. A
     * function, so that whatever prints the settings does not print them.
     */
    readonly partsWithKeys: () => VoiceParts;
  };
  /** Models of this machine, which people fetch by `visavis models`. */
  readonly models: {
    readonly folder: string;
    /** What runs models and does not come along: folders as npm makes them. */
    readonly runtimesFolder: string;
    readonly hubUrl: string;
    /** Looked in before the hub; null: none. */
    readonly mirrorFolder: string | null;
  };
  /** Of clients that do not know Visavis. */
  readonly historyGapMs: number;
  /** People who answer in place of avatars. */
  readonly operator: {
    readonly topicPrefix: string;
    /** 0: none. */
    readonly tcpPort: number;
    readonly answerWaitMs: number;
    /** Undefined: one of this server's own. */
    readonly tokenSecret: () => string | undefined;
    /** Null: the broker in this process. */
    readonly external: {
      readonly url: string;
      readonly publicUrl: string;
      readonly username: string | undefined;
      readonly password: () => string | undefined;
    } | null;
  };
  readonly allowScriptedVoice: boolean;
  /** `npm start` or the like: this process ends with npm. */
  readonly isStartedByNpm: boolean;
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
export function loadConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): ConfigResult {
  const options = Object.fromEntries(SETTING_NAMES.map((name) => [toFlag(name), { type: 'string' } as const]));
  const { values, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  if ('help' in values) return { kind: 'help', text: describeSettings() };

  const given: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const isArgument = !ENVIRONMENT_ONLY.has(name);
    const value = (isArgument ? values[toFlag(name)] : undefined) ?? env[name];
    // A flag without a value means yes.
    if (value !== undefined && value !== '') given[name] = value === true ? 'true' : value;
  }
  const known = new Set(SETTING_NAMES.map(toFlag));
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
  if (parsed.data?.ROLE === 'worker' && parsed.data.DATABASE_URL === undefined) {
    faults.push('ROLE=worker needs DATABASE_URL: one process alone uses the embedded database.');
  }
  const lack = parsed.success ? serviceFault(parsed.data) : null;
  if (lack !== null) faults.push(lack);
  if (parsed.success && isBrokerHalfSet(parsed.data)) {
    faults.push(
      'MQTT_URL needs MQTT_PUBLIC_URL, where operators reach that broker, and MQTT_TOKEN_SECRET, by which it knows them.',
    );
  }
  if (parsed.success && isStoreHalfSet(parsed.data)) {
    faults.push('S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together: set all of them, or none.');
  }
  if (!parsed.success || faults.length > 0) return { kind: 'faults', text: faults.join('\n') };
  return {
    kind: 'config',
    config: { ...toConfig(parsed.data), isStartedByNpm: env.npm_lifecycle_event !== undefined },
  };
}

function serviceFault(settings: Settings): string | null {
  const { VOICE_PROVIDER, LLM_URL, LLM_MODEL } = settings;
  if ((settings.EMBEDDINGS_URL === undefined) !== (settings.EMBEDDINGS_MODEL === undefined)) return MEANING_HALF_SET;
  const voice = operatorSettings(settings);
  const isHalfSet = (LLM_URL === undefined) !== (LLM_MODEL === undefined);
  return isHalfSet ? MODEL_HALF_SET : lackOf(VOICE_PROVIDER, voice);
}

const MEANING_HALF_SET = 'EMBEDDINGS_URL and EMBEDDINGS_MODEL go together: set both, or neither.';
const MODEL_HALF_SET = 'LLM_URL and LLM_MODEL go together: LLM_URL=http://127.0.0.1:11434/v1 LLM_MODEL=qwen3:4b.';

function operatorSettings(settings: Settings): OperatorSettings {
  const { LLM_URL, LLM_MODEL, STT_URL, TTS_URL, OPENAI_REALTIME_URL: url } = settings;
  return {
    openAi: { url, turnDetection: settings.OPENAI_TURN_DETECTION, apiKey: settings.OPENAI_API_KEY },
    languageModel:
      LLM_URL === undefined || LLM_MODEL === undefined
        ? null
        : { url: LLM_URL, model: LLM_MODEL, sees: settings.LLM_SEES, apiKey: settings.LLM_API_KEY },
    transcription:
      STT_URL === undefined ? null : { url: STT_URL, model: settings.STT_MODEL, apiKey: settings.STT_API_KEY },
    speech:
      TTS_URL === undefined
        ? null
        : { url: TTS_URL, model: settings.TTS_MODEL, voice: settings.TTS_VOICE, apiKey: settings.TTS_API_KEY },
  };
}

function readVoice(settings: Settings): Config['voice'] {
  const chosen = operatorSettings(settings);
  const parts = operatorParts(chosen);
  return {
    provider: settings.VOICE_PROVIDER ?? usualVoice(chosen),
    isNamed: settings.VOICE_PROVIDER !== undefined,
    parts: withoutKeys(parts),
    partsWithKeys: () => parts,
  };
}

function isBrokerHalfSet({ MQTT_URL, MQTT_PUBLIC_URL, MQTT_TOKEN_SECRET }: Settings): boolean {
  return MQTT_URL !== undefined && (MQTT_PUBLIC_URL === undefined || MQTT_TOKEN_SECRET === undefined);
}

function isStoreHalfSet(settings: Settings): boolean {
  const { S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_ENDPOINT } = settings;
  const isSet = [S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY].map((value) => value !== undefined);
  return isSet.includes(true) ? isSet.includes(false) : S3_ENDPOINT !== undefined;
}

function readEmbeddings(settings: Settings): EmbeddingsSettings | null {
  const { EMBEDDINGS_URL: url, EMBEDDINGS_MODEL: model } = settings;
  return url === undefined || model === undefined ? null : { url, model, apiKey: () => settings.EMBEDDINGS_API_KEY };
}

function readStore(settings: Settings): S3Settings | null {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId } = settings;
  if (bucket === undefined || accessKeyId === undefined) return null;
  return {
    endpoint,
    bucket,
    region: settings.S3_REGION,
    accessKeyId,
    secretAccessKey: () => settings.S3_SECRET_ACCESS_KEY ?? '',
    forcePathStyle: settings.S3_FORCE_PATH_STYLE ?? endpoint !== undefined,
  };
}

function toConfig(settings: Settings): Omit<Config, 'isStartedByNpm'> {
  const { TLS_CERT: certPath, TLS_KEY: keyPath, DEMO_LICENSE: demoLicence } = settings;
  const wantedWorkers = settings.MEDIA_WORKERS ?? Math.max(1, availableParallelism() - 1);
  const maxCalls = settings.MAX_CALLS ?? wantedWorkers * CALLS_PER_WORKER;
  // More workers than calls would leave some idle and let more calls in than wanted.
  const mediaWorkers = Math.min(wantedWorkers, maxCalls);
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: resolve(settings.DATA_DIR),
    role: settings.ROLE,
    databaseUrl: settings.DATABASE_URL,
    s3: readStore(settings),
    masterKey: settings.MASTER_KEY,
    avatarsDir: resolve(settings.AVATARS_DIR),
    tls:
      certPath !== undefined && keyPath !== undefined ? { kind: 'files', certPath, keyPath } : { kind: settings.TLS },
    trustProxy: settings.TRUST_PROXY,
    hostNames: givenHostNames(settings),
    demo: { enabled: demoLicence !== 'off', licence: demoLicence === 'off' ? undefined : demoLicence },
    isRegistrationOpen: settings.REGISTRATION === 'open',
    mail:
      settings.SMTP_URL !== undefined && settings.PUBLIC_URL !== undefined
        ? { smtpUrl: settings.SMTP_URL, from: settings.MAIL_FROM, publicUrl: settings.PUBLIC_URL }
        : null,
    points: { perMinute: settings.POINTS_PER_MINUTE, free: settings.FREE_POINTS ?? null },
    webhookPrivateHosts: settings.WEBHOOK_PRIVATE_HOSTS ?? [],
    toolPrivateHosts: settings.TOOL_PRIVATE_HOSTS ?? [],
    fetchPrivateHosts: settings.FETCH_PRIVATE_HOSTS ?? [],
    embeddings: readEmbeddings(settings),
    quotas: settings.QUOTAS ?? DEFAULT_QUOTAS,
    faceCacheBytes: settings.FACE_CACHE_MB * 1_000_000,
    bundleCacheBytes: settings.BUNDLE_CACHE_MB * 1_000_000,
    minFreeDiskBytes: settings.MIN_FREE_DISK_MB * 1_000_000,
    mediaWorkers,
    maxCallsPerWorker: Math.ceil(maxCalls / mediaWorkers),
    preparesAvatars: settings.PREPARE_AVATARS,
    pictureSizePx: settings.PICTURE_SIZE,
    maxPictureSizePx: Math.max(settings.PICTURE_SIZE, settings.MAX_PICTURE_SIZE ?? 0),
    iceServers: settings.ICE_SERVERS?.map(({ urls, username, credential }) =>
      username !== undefined && credential !== undefined ? { urls, username, credential } : { urls },
    ),
    publicAddresses: settings.PUBLIC_ADDRESS ?? [],
    mediaPorts: settings.MEDIA_PORTS,
    stunPort: settings.STUN_PORT,
    logLevel: settings.LOG_LEVEL,
    logFormat: settings.LOG_FORMAT,
    voice: readVoice(settings),
    models: {
      folder: resolve(settings.DATA_DIR, 'models'),
      runtimesFolder: resolve(settings.DATA_DIR, 'runtimes'),
      hubUrl: settings.HF_ENDPOINT,
      mirrorFolder: settings.MODELS_MIRROR === undefined ? null : resolve(settings.MODELS_MIRROR),
    },
    historyGapMs: settings.HISTORY_GAP_MS,
    operator: readOperator(settings),
    allowScriptedVoice: settings.SCRIPTED_VOICE,
  };
}

function readOperator(settings: Settings): Config['operator'] {
  const { MQTT_URL: url, MQTT_PUBLIC_URL: publicUrl } = settings;
  return {
    topicPrefix: settings.MQTT_TOPIC_PREFIX,
    tcpPort: settings.MQTT_PORT,
    answerWaitMs: settings.OPERATOR_WAIT_SECONDS * 1000,
    tokenSecret: () => settings.MQTT_TOKEN_SECRET,
    external:
      url === undefined || publicUrl === undefined
        ? null
        : { url, publicUrl, username: settings.MQTT_USERNAME, password: () => settings.MQTT_PASSWORD },
  };
}

function givenHostNames({ ALLOWED_HOSTS, PUBLIC_URL, HOST }: Settings): string[] {
  const ofPublicUrl = PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).hostname];
  return [...(ALLOWED_HOSTS ?? []), ...ofPublicUrl, HOST];
}

/** The table of settings, made from the schema. */
export function describeSettings(): string {
  const rows = SETTING_NAMES.map((name) => {
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
  return lines.join('\n');
}
