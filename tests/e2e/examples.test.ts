import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPage, PAGES, type PlaceOfServer } from '../../examples/start.ts';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { speakTexts } from '../../tools/bench/spoken-sample.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { openAccount } from '../support/console-account.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { startCallingMind } from '../support/talking-services.ts';

const executablePath = findChromium();
const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');
const hasNext = existsSync(path.join(EXAMPLES, 'next/node_modules/next'));
if (!hasNext)
  console.warn(
    'SKIPPED: the example for Next is not installed (npm run build:packages; cd examples/next && npm install).',
  );
const hasPhp = spawnSync('php', ['--version']).status === 0;
if (!hasPhp) console.warn('SKIPPED: PHP does not read the WordPress plugin (apt-get install php-cli).');

/** Half a second of a hum, as an audio file. */
const HUM = wavFile(
  [Int16Array.from({ length: 12_000 }, (_unused, index) => 9000 * Math.sin(index / 20) * Math.sin(index / 900) ** 2)],
  24_000,
);

/** Each example, as it is started by hand, against one server in one browser. */
describe.skipIf(executablePath === null)('the examples', () => {
  let server: TestServer;
  let browser: Browser;
  let place: PlaceOfServer;

  beforeAll(async () => {
    server = await startServer({ SCRIPTED_VOICE: 'true' });
    place = { server: server.url, license: server.license };
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone' });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Opens the page of an example, and ends it after the visit. */
  async function visit(
    name: (typeof PAGES)[number],
    look: (page: Page) => Promise<void>,
    { size = { width: 900, height: 820 }, at = place, query = '' } = {},
  ): Promise<void> {
    const example = await openPage(name, at, 0);
    const context = await browser.newContext({
      viewport: size,
      locale: 'en-GB',
      permissions: ['camera', 'microphone'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    try {
      await page.goto(example.url + query);
      await look(page);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
      await example.close();
    }
  }

  /** Opens an account with an avatar of this name whose ears, mind and mouth follow a script; resolves with the key. */
  async function keyOfScriptedAvatar(name: string): Promise<string> {
    const context = await browser.newContext();
    const account = await openAccount(context, server.url, `${name.toLowerCase()}@example.org`);
    await account.ask('POST', `/projects/${account.projectId}/avatars`, {
      fromAvatarId: account.avatarId,
      name,
      provider: 'scripted',
    });
    await context.close();
    return account.key;
  }

  const startTalk = (page: Page) => page.getByRole('button', { name: 'Talk with Iris' }).click();

  async function expectPicture(page: Page, selector = 'video'): Promise<void> {
    const decoded = () =>
      page
        .locator(selector)
        .evaluate(
          (video: { getVideoPlaybackQuality(): { totalVideoFrames: number } }) =>
            video.getVideoPlaybackQuality().totalVideoFrames,
        );
    await vi.waitFor(async () => expect(await decoded()).toBeGreaterThan(5), { timeout: 60_000, interval: 100 });
  }

  it('plain HTML: the page hears what is said', () =>
    visit('plain-html', async (page) => {
      await startTalk(page);
      await page
        .locator('#last')
        .getByText(/^avatar: ./)
        .waitFor();
      await expectPicture(page);
    }));

  it('React: captions stand beside the face', () =>
    visit('react', async (page) => {
      await startTalk(page);
      await page.getByRole('list', { name: 'What was said' }).getByText('Welcome to the Harbour.').waitFor();
      await expectPicture(page);
    }));

  it('Vue: captions stand below the face', () =>
    visit('vue', async (page) => {
      await startTalk(page);
      await page.locator('#last').getByText('avatar: Welcome to the Harbour.').waitFor();
      await expectPicture(page);
    }));

  it('function calling: the avatar asks the page for a price, and tells it', async () => {
    const words = 'What is the price of the garden room?';
    const mind = await startCallingMind({ [words]: { name: 'get_room_price', given: { room: 'garden' } } });
    const thinking = await startServer(mind.environment);
    const ask = async (page: Page): Promise<void> => {
      await startTalk(page);
      const field = page.getByRole('textbox');
      await field.fill(words);
      await field.press('Enter');
    };
    try {
      const look = async (page: Page): Promise<void> => {
        await ask(page);
        await page.locator('#called').getByText('get_room_price: garden').waitFor();
        await page.getByText('90').first().waitFor();
      };
      await visit('function-calling', look, { at: { server: thinking.url, license: thinking.license } });
    } finally {
      await thinking.stop();
      await mind.close();
    }
    await visit('function-calling', async (page) => {
      await ask(page);
      await page.getByText('language model').first().waitFor();
      await page.locator('#called').getByText('No function has been called yet.').waitFor();
    });
  });

  it('own sound: a file is spoken by the face, without a library', () =>
    visit('own-sound', async (page) => {
      await page.getByRole('button', { name: 'Call' }).click();
      await page.getByText('Choose an audio file.').waitFor();
      await expectPicture(page);
      await page
        .getByLabel('Audio file')
        .setInputFiles({ name: 'hum.wav', mimeType: 'audio/wav', buffer: Buffer.from(HUM) });
      await page.getByText('Spoken.').waitFor();
    }));

  it('own sound: whatever refuses or ends the call is told, and one may call again', () =>
    visit('own-sound', async (page) => {
      expect(await page.getByRole('button', { name: 'Silence' }).isDisabled()).toBe(true);
      await page.routeWebSocket(/realtime-chat/, async (socket) => {
        const end = { type: 'conversation.connected.gpu_full', data: { message: 'All avatars are busy.' } };
        socket.send(JSON.stringify(end));
        await socket.close({ code: 4503, reason: 'No capacity' });
      });
      await page.reload();
      const call = page.getByRole('button', { name: 'Call' });
      await call.click();
      await page.getByText('All avatars are busy.').waitFor();
      expect(await call.isDisabled()).toBe(false);
      expect(await page.getByLabel('Audio file').isDisabled()).toBe(true);
    }));

  it('phone: the face fills the screen, and nothing is wider than it', () =>
    visit(
      'phone',
      async (page) => {
        const box = await page.locator('visavis-avatar').boundingBox();
        expect(box).toMatchObject({ x: 0, y: 0, width: 360, height: 740 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
        await startTalk(page);
        await expectPicture(page);
      },
      { size: { width: 360, height: 740 } },
    ));

  it('WordPress: the HTML of the shortcode asks the site for its token, and talks', () =>
    visit('wordpress', async (page) => {
      const asked = page.waitForRequest((request) => request.url().endsWith('/wp-json/visavis/v1/token'));
      await startTalk(page);
      expect((await asked).method()).toBe('POST');
      await expectPicture(page);
    }));

  it('camera: an avatar that does not see says so, and one that sees gets pictures', async () => {
    await visit('camera', async (page) => {
      await page.getByRole('button', { name: 'Call' }).click();
      await page.getByText('This avatar does not see.').waitFor();
      expect(await page.locator('#show').isDisabled()).toBe(true);
    });
    const at = { server: server.url, license: await keyOfScriptedAvatar('Seer') };
    await visit(
      'camera',
      async (page) => {
        const pictures = new Promise<string>((resolve) => {
          page.on('websocket', (socket) =>
            socket.on('framesent', ({ payload }) => {
              if (String(payload).includes('input_image')) resolve(String(payload));
            }),
          );
        });
        await page.getByRole('button', { name: 'Call' }).click();
        await page.getByRole('button', { name: 'Camera on' }).click();
        expect(await pictures).toContain('data:image/jpeg;base64,');
        await page.getByText(/Pictures: [1-9]/).waitFor();
      },
      { at, query: '?avatar=Seer' },
    );
  });

  it('the bot says a file, and keeps the answer as one', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'visavis-bot-'));
    const [question, answer] = [path.join(folder, 'question.wav'), path.join(folder, 'answer.wav')];
    const [spoken] = await speakTexts('sage', ['When does the ferry leave for the island?']);
    await writeFile(question, wavFile([spoken?.sample.pcm ?? new Int16Array()], 24_000));
    const bot = await promisify(execFile)(
      process.execPath,
      [path.join(EXAMPLES, 'node-bot/bot.js'), question, answer],
      {
        env: {
          ...process.env,
          VISAVIS_SERVER: server.url,
          VISAVIS_LICENSE: await keyOfScriptedAvatar('Listener'),
          VISAVIS_AVATAR: 'Listener',
        },
        timeout: 120_000,
      },
    );
    expect(bot.stdout).toMatch(/^Avatar: ./m);
    expect(bot.stdout).toMatch(/^Bot: [^(]/m);
    expect(bot.stdout).toContain('The answer is in');
    const sound = await readFile(answer);
    expect(sound.subarray(0, 4).toString()).toBe('RIFF');
    expect(sound.length).toBeGreaterThan(24_000);
    await rm(folder, { recursive: true });
  });

  it.skipIf(!hasNext)('Next: the page is rendered, and its token opens the call', async () => {
    const account = await openAccount(await browser.newContext(), server.url, 'next@example.org');
    const next = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'dev', '--port', '0'], {
      cwd: path.join(EXAMPLES, 'next'),
      env: { ...process.env, VISAVIS_SERVER: server.url, VISAVIS_KEY: account.key, NEXT_TELEMETRY_DISABLED: '1' },
    });
    try {
      const page = await (await browser.newContext()).newPage();
      await page.goto(await addressOf(next), { timeout: 120_000 });
      await startTalk(page);
      await expectPicture(page);
    } finally {
      next.kill();
    }
  });
});

/** The address that a program prints once it serves. */
function addressOf(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    program.stdout?.on('data', (chunk: Buffer) => {
      const address = /http:\/\/localhost:\d+/.exec(chunk.toString())?.[0];
      if (address !== undefined) resolve(address);
    });
    program.once('exit', (code) => reject(new Error(`It ended with code ${code}.`)));
  });
}

it('the WordPress plugin lets nothing into its page that is not escaped, and keeps the key', () => {
  const plugin = readFileSync(path.join(EXAMPLES, 'wordpress/visavis-avatar.php'), 'utf8');
  const template = /<<<'HTML'\n([\s\S]*?)\nHTML;/.exec(plugin)?.[1] ?? '';
  const places = new Set(template.match(/%\d\$s/g));
  const values =
    /return sprintf\(\s*VISAVIS_AVATAR_HTML,([\s\S]*?)\n {4}\);/
      .exec(plugin)?.[1]
      ?.trim()
      .split(/,\n\s*/) ?? [];
  expect(values).toHaveLength(places.size);
  expect(values.filter((value) => !/^esc_(?:url|attr)\(/.test(value))).toEqual([]);
  expect(template).not.toContain('VISAVIS_KEY');
  expect(plugin).toMatch(/if \(!defined\('ABSPATH'\)\) \{\n {4}exit;/);
  for (const [open, close] of ['()', '{}', '[]'])
    expect(plugin.split(open ?? '').length).toBe(plugin.split(close ?? '').length);
});

it.skipIf(!hasPhp)('PHP reads the WordPress plugin', () => {
  const read = spawnSync('php', ['-l', path.join(EXAMPLES, 'wordpress/visavis-avatar.php')], { encoding: 'utf8' });
  expect([read.status, read.stderr]).toEqual([0, '']);
});

it('every example is in the list, and has a readme', () => {
  const list = readFileSync(path.join(EXAMPLES, 'README.md'), 'utf8');
  for (const name of [...PAGES, 'node-bot', 'next']) {
    expect(list).toContain(`(${name}/README.md)`);
    expect(readFileSync(path.join(EXAMPLES, name, 'README.md'), 'utf8').split('\n').length).toBeLessThan(30);
  }
});
