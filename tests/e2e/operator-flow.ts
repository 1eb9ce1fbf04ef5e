import type { Browser, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAccount } from '../support/console-account.ts';
import { MouthMeter } from '../support/mouth-meter.ts';
import { NavtalkPage } from '../support/navtalk-page.ts';
import { type ReceivedMedia, recordReceived } from '../support/received-media.ts';
import type { TestServer } from '../support/server-process.ts';
import { quantile } from '../support/statistics.ts';

type Site = {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Loudness above which the received sound counts as audible. */
  readonly audibleRms: number;
};

const ANSWER = 'Good morning, my name is Ann, and I answer in place of the model.';
const NEXT = 'Breakfast is at eight.';
const TALK_MS = 6000;
/** Where the ready answers are asked for. */
const SNIPPETS = '**/snippets';
/** Between a closed mouth and a wide open one, in parts of the distance of the eyes. */
const LEAST_MOVEMENT = 0.04;

/** A person answers in a talk, at the console's page of live talks. */
export function personAnswers(site: () => Site): void {
  it('lets a member take over a talk in the console: the typed answer is heard with moving lips, and marked', async () => {
    const { server, browser, audibleRms } = site();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const { projectId, key } = await openAccount(context, server.url, 'operator@example.org');
    const call = await NavtalkPage.open(browser, server, { microphone: false, query: { license: key } });
    try {
      await call.waitFor('realtime.response.audio.done', 0, 60_000);
      const page = await context.newPage();
      const refusal = { error: { code: 'forbidden', message: 'Not now.' } };
      await page.route(SNIPPETS, (route) => route.fulfill({ status: 403, json: refusal }));
      await page.goto(`${server.url}/console/projects/${projectId}/live`);
      await page.getByRole('list', { name: 'Talks that go on' }).getByRole('button').click();
      await page.getByText('the avatar answers').first().waitFor();
      await saveAnswer(page);

      const box = page.getByLabel(/^What .+ says$/);
      await box.fill('Well,');
      await page.getByRole('button', { name: ANSWER }).click();
      expect(await box.inputValue()).toBe(`Well, ${ANSWER}`);
      await box.fill('');

      const before = (await call.events()).length;
      const sending = Promise.withResolvers<void>();
      await page.route('**/answers', (route) => sending.promise.then(() => route.continue()));
      await page.getByRole('button', { name: ANSWER }).click();
      await page.getByRole('button', { name: 'Say it' }).click();
      await box.fill(NEXT);
      sending.resolve();
      await call.waitFor('realtime.response.audio_transcript.delta', before, 60_000);
      const received = await recordReceived(call.page, TALK_MS, 2);
      await page.getByRole('button', { name: 'Give back' }).waitFor();
      expect(await box.inputValue()).toBe(NEXT);
      await page.screenshot({ path: 'test-output/console-live.png' });
      expect(
        quantile(
          received.audio.map(({ rms }) => rms),
          0.9,
        ),
      ).toBeGreaterThan(audibleRms);
      expect(await mouthMovement(received)).toBeGreaterThan(LEAST_MOVEMENT);
      const events = (await call.events()).map(({ message }) => message);
      const written = events.filter(({ type }) => type === 'realtime.response.audio_transcript.done');
      expect(written.at(-1)?.data?.content).toBe(ANSWER);

      // The model has no say meanwhile.
      const said = events.length;
      await call.send({ type: 'realtime.input_text', data: { text: 'Are you a machine?' } });
      await call.send({ type: 'response.create' });
      await page.getByText('Are you a machine?').first().waitFor();
      await page.getByText('waits for an answer').first().waitFor();
      const since = (await call.events()).slice(said).map(({ message }) => message.type);
      expect(since.filter((type) => type.startsWith('realtime.response'))).toEqual([]);
      await page.getByRole('button', { name: 'Give back' }).click();
      await page.getByText('the avatar answers').first().waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Take over');

      await call.page.evaluate('navtalk.hangUp()');
      await page.getByText('This talk is over.').waitFor();
      await page.getByRole('link', { name: 'Read its transcript' }).click();
      const line = page.getByRole('listitem').filter({ hasText: ANSWER });
      await line.getByText('a person answered').waitFor();
    } finally {
      await call.page.context().close();
      await context.close();
    }
  });
}

/** Puts the answer among the ready ones of the project, once it is known which there are. */
async function saveAnswer(page: Page): Promise<void> {
  const edit = page.getByRole('button', { name: 'Edit ready answers' });
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  expect(await edit.isDisabled()).toBe(true);
  await page.unroute(SNIPPETS);
  await page.getByRole('button', { name: 'Try again' }).click();
  await edit.click();
  const dialog = page.getByRole('dialog', { name: 'Ready answers' });
  await dialog.getByLabel('Answers').fill(`${ANSWER}\n\nOne moment, please.`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** How far the mouth opens and closes. */
async function mouthMovement({ frames, sidePx }: ReceivedMedia): Promise<number> {
  const meter = await MouthMeter.open();
  const images = frames.map(({ rgb }) => ({ width: sidePx, height: sidePx, data: rgb }));
  const seen = (await meter.apertures(images)).filter((aperture) => aperture !== null);
  meter.close();
  expect(seen.length).toBeGreaterThan(frames.length / 2);
  return quantile(seen, 0.9) - quantile(seen, 0.1);
}
