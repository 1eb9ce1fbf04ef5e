import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Config, describeSettings, loadConfig } from './config.ts';

function config(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Config {
  const result = loadConfig(argv, env);
  if (result.kind !== 'config') throw new Error(result.text);
  return result.config;
}

describe('loadConfig', () => {
  it('works with nothing', () => {
    expect(config([])).toMatchObject({
      port: 8787,
      host: '0.0.0.0',
      stunPort: 3478,
      tls: { kind: 'off' },
      logLevel: 'info',
      historyGapMs: 1000,
    });
    expect(config([]).demo).toEqual({ enabled: true, licence: undefined });
  });

  it('lets arguments win over the environment, and empty variables count as absent', () => {
    expect(config(['--port', '9000', '--tls=self-signed'], { PORT: '1', HOST: '' })).toMatchObject({
      port: 9000,
      host: '0.0.0.0',
      tls: { kind: 'self-signed' },
    });
  });

  it('reads lists, ranges, JSON and flags', () => {
    const read = config(['--trust-proxy'], {
      ICE_SERVERS: '[{"urls":"turn:relay:3478","username":"u","credential":"p"},{"urls":["stun:a"],"username":"half"}]',
      PUBLIC_ADDRESS: '203.0.113.7, 2001:db8::1',
      MEDIA_PORTS: '40000-40100',
      DEMO_LICENSE: 'off',
      MAX_CALLS: '3',
      MEDIA_WORKERS: '8',
      TLS_CERT: 'a.pem',
      TLS_KEY: 'b.pem',
    });
    expect(read).toMatchObject({
      trustProxy: { kind: 'hops', hops: 1 },
      iceServers: [{ urls: ['turn:relay:3478'], username: 'u', credential: 'p' }, { urls: ['stun:a'] }],
      publicAddresses: ['203.0.113.7', '2001:db8::1'],
      mediaPorts: { begin: 40_000, end: 40_100 },
      demo: { enabled: false },
      mediaWorkers: 3,
      maxCallsPerWorker: 1,
      tls: { kind: 'files', certPath: 'a.pem', keyPath: 'b.pem' },
    });
  });

  it.each([
    ['false', false],
    ['2', { kind: 'hops', hops: 2 }],
    ['10.0.0.0/8, ::1,loopback', { kind: 'addresses', addresses: ['10.0.0.0/8', '::1', 'loopback'] }],
  ])('believes the proxies of TRUST_PROXY=%s', (TRUST_PROXY, trustProxy) => {
    expect(config([], { TRUST_PROXY }).trustProxy).toEqual(trustProxy);
  });

  it('goes by the names of ALLOWED_HOSTS, PUBLIC_URL and HOST', () => {
    const names = {
      ALLOWED_HOSTS: 'box.lan, *.example.net',
      PUBLIC_URL: 'https://Talk.example.org:8443/x',
      HOST: 'here',
    };
    expect(config([], names).hostNames).toEqual(['box.lan', '*.example.net', 'talk.example.org', 'here']);
  });

  it('reports every fault at once', () => {
    const result = loadConfig(['--prot', '1', 'stray'], {
      PORT: 'many',
      MAX_CALLS: '0',
      ICE_SERVERS: '{',
      MEDIA_PORTS: '9-1',
      LOG_LEVEL: 'loud',
      PICTURE_SIZE: '511',
      DATABASE_URL: 'mysql://x',
      TRUST_PROXY: '10.0.0.0/99',
      ALLOWED_HOSTS: 'https://a.example',
    });
    if (result.kind !== 'faults') throw new Error('no faults');
    for (const part of [
      '--prot',
      'stray',
      'PORT must',
      'MAX_CALLS must',
      'ICE_SERVERS must',
      'MEDIA_PORTS must',
      'LOG_LEVEL must',
      'PICTURE_SIZE must',
      'DATABASE_URL must',
      'TRUST_PROXY must',
      'ALLOWED_HOSTS',
    ]) {
      expect(result.text).toContain(part);
    }
    expect(loadConfig([], { TLS_CERT: 'a.pem' })).toMatchObject({
      kind: 'faults',
      text: expect.stringContaining('go together'),
    });
  });

  it('lets a process be a worker where others use its database', () => {
    expect(config([], {}).role).toBe('all');
    expect(config([], { ROLE: 'worker', DATABASE_URL: 'postgres://db/talks' }).role).toBe('worker');
    expect(loadConfig(['--role', 'worker'], {})).toMatchObject({ text: expect.stringContaining('needs DATABASE_URL') });
  });

  it('refuses addresses that are none before anything is opened, without repeating a password', () => {
    const result = loadConfig([], {
      DATABASE_URL: 'postgres://mia:se/cr#et@db:5432/talks',
      PUBLIC_ADDRESS: '203.0.113.7, box.example',
      PUBLIC_URL: 'https://a.example',
      SMTP_URL: 'smtps://mia:se/cret@mail',
    });
    if (result.kind !== 'faults') throw new Error('no faults');
    expect(result.text).toMatch(/DATABASE_URL must look like postgres:.*%23/);
    expect(result.text).toMatch(/SMTP_URL must look like smtps:/);
    expect(result.text).toMatch(/PUBLIC_ADDRESS.* must be IP addresses/);
    expect(result.text).not.toMatch(/se\/cr/);
    const socket = 'postgres://mia@/talks?host=/run/postgresql';
    expect(config([], { DATABASE_URL: socket }).databaseUrl).toBe(socket);
  });

  it('speaks through OpenAI once there is a key, unless told otherwise', () => {
    const OPENAI_API_KEY = 'sk-test-0123456789';
    expect(config([], { OPENAI_API_KEY }).voice.partsWithKeys().voice?.apiKey).toBe(OPENAI_API_KEY);
    const { partsWithKeys, ...local } = config([]).voice;
    expect(partsWithKeys().voice).not.toHaveProperty('apiKey');
    const voice = { id: 'openai-realtime', options: { turnDetection: 'server_vad' } };
    expect(local).toEqual({ provider: 'local', isNamed: false, parts: { voice } });
    expect(config([], { OPENAI_API_KEY }).voice.provider).toBe('openai-realtime');
    expect(config([], { OPENAI_API_KEY, VOICE_PROVIDER: 'local' }).voice.provider).toBe('local');
    const own = config([
      '--voice-provider=openai-realtime',
      '--openai-realtime-url',
      'ws://127.0.0.1:8000/v1/realtime',
    ]);
    expect(own.voice).toMatchObject({
      provider: 'openai-realtime',
      parts: { voice: { options: { url: 'ws://127.0.0.1:8000/v1/realtime' } } },
    });
    expect(JSON.stringify(config([], { OPENAI_API_KEY }))).not.toContain(OPENAI_API_KEY);
  });

  it('puts a language model behind the built-in ears and mouth where one is named', () => {
    const model = { LLM_URL: 'http://127.0.0.1:11434/v1', LLM_MODEL: 'qwen3:4b' };
    const { voice } = config(['--llm-sees'], { ...model, LLM_API_KEY: 'hush-hush' });
    expect(voice.provider).toBe('cascade');
    expect(voice.parts.thinker?.options).toEqual({ url: model.LLM_URL, model: 'qwen3:4b', sees: true });
    expect(voice.partsWithKeys().thinker?.apiKey).toBe('hush-hush');
    expect(JSON.stringify(voice)).not.toContain('hush-hush');
    const own = config(['--stt-url', 'http://ears/v1', '--tts-url', 'http://mouth/v1', '--tts-voice', 'af_heart'], {
      ...model,
      STT_API_KEY: 'hush-ears',
      TTS_API_KEY: 'hush-mouth',
    }).voice;
    expect(own.parts.recogniser?.options).toEqual({ url: 'http://ears/v1', model: 'whisper-1' });
    expect(own.parts.speaker?.options).toEqual({ url: 'http://mouth/v1', model: 'tts-1', voice: 'af_heart' });
    const { recogniser, speaker } = own.partsWithKeys();
    expect([recogniser?.apiKey, speaker?.apiKey]).toEqual(['hush-ears', 'hush-mouth']);
    expect(JSON.stringify(own)).not.toContain('hush');
    expect(config([], { ...model, OPENAI_API_KEY: 'sk-1' }).voice.provider).toBe('cascade');
    expect(config([], { ...model, VOICE_PROVIDER: 'local' }).voice.provider).toBe('local');
  });

  it.each([
    [['--llm-api-key', 'sk-secret'], {}, 'LLM_API_KEY is read from the environment only'],
    [['--voice-provider', 'cascade'], {}, 'LLM_URL and LLM_MODEL go together'],
    [[], { LLM_MODEL: 'qwen3:4b' }, 'LLM_URL and LLM_MODEL go together'],
    [[], { LLM_URL: 'http://127.0.0.1:11434/v1' }, 'LLM_URL and LLM_MODEL go together'],
    [[], { LLM_URL: 'ftp://127.0.0.1', LLM_MODEL: 'a' }, 'LLM_URL must be an http or https address'],
    [['--voice-provider', 'openai-realtime'], {}, 'needs OPENAI_API_KEY'],
    [['--openai-api-key', 'sk-secret'], {}, 'OPENAI_API_KEY is read from the environment only'],
    [[], { OPENAI_API_KEY: 'sk-secret two' }, 'OPENAI_API_KEY must be a key'],
    [[], { OPENAI_REALTIME_URL: 'https://a' }, 'OPENAI_REALTIME_URL must be a ws or wss address'],
  ])('refuses %j %j, without repeating a key', (argv, env, fault) => {
    const result = loadConfig(argv, env);
    if (result.kind !== 'faults') throw new Error('no faults');
    expect(result.text).toContain(fault);
    expect(result.text).not.toContain('sk-secret');
  });

  it('stands in the documentation as it is', () => {
    const documentation = readFileSync(new URL('../../../docs/deployment.md', import.meta.url), 'utf8');
    expect(documentation).toContain(describeSettings());
  });

  it('prints the table of settings', () => {
    expect(loadConfig(['--help'], {})).toEqual({ kind: 'help', text: describeSettings() });
    expect(describeSettings()).toMatch(/^PORT +--port +8787 +Port/m);
    expect(describeSettings()).toMatch(/^STUN_PORT +--stun-port +3478/m);
  });
});

describe('a store of files', () => {
  const env = { S3_BUCKET: 'films', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'hush-hush' };

  it('is a bucket, once it is named with a key, and its secret is printed nowhere', () => {
    expect(config([]).s3).toBeNull();
    const { s3 } = config([], { ...env, S3_ENDPOINT: 'http://store.lan:9000/' });
    expect(s3).toMatchObject({ bucket: 'films', endpoint: 'http://store.lan:9000', forcePathStyle: true });
    expect(s3?.secretAccessKey()).toBe('hush-hush');
    expect(config([], env).s3).toMatchObject({ endpoint: undefined, region: 'us-east-1', forcePathStyle: false });
    expect(config([], { ...env, S3_FORCE_PATH_STYLE: 'true' }).s3?.forcePathStyle).toBe(true);
    expect(JSON.stringify(config([], env))).not.toContain('hush-hush');
  });

  it.each([
    [[], { S3_BUCKET: 'films' }, 'go together'],
    [[], { S3_ENDPOINT: 'http://store.lan' }, 'go together'],
    [['--s3-secret-access-key', 'hush-hush'], env, 'from the environment only'],
  ])('is refused half set: %j %j', (argv, given, fault) => {
    const result = loadConfig(argv, given as Record<string, string>);
    expect(result).toMatchObject({ kind: 'faults', text: expect.stringContaining(fault) });
  });
});
