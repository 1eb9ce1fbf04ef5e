import type { Page } from 'playwright-core';
import { type ConsoleAccount, talkOnce } from './console-account.ts';
import { untilTrue } from './page-condition.ts';

/** A page of the console, as a checker or a camera should see it. */
export type ShownPage = {
  readonly name: string;
  readonly path: string;
  /** Only at this width of the window. */
  readonly only?: 'phone' | 'desktop';
  /** What to do once the page is there. */
  readonly prepare?: (page: Page) => Promise<void>;
};

/** What everybody sees. */
export const OPEN_PAGES: readonly ShownPage[] = [
  { name: 'register', path: '/console/register' },
  { name: 'login', path: '/console/login' },
  { name: 'reset-password', path: '/console/reset-password' },
];

/** Makes a call, an avatar and a webhook in the project. Gives all pages that one sees after logging in. */
export async function fillProject(url: string, account: ConsoleAccount, avatarId: string): Promise<ShownPage[]> {
  const { projectId, ask } = account;
  await ask('POST', `/projects/${projectId}/webhooks`, { url: 'https://example.org/visavis', kind: 'session' });
  const sessionId = await talkOnce(url, account, avatarId, ['Who are you?', 'What can you do for my guests?']);
  const { thumbnailUrl } = await ask<{ thumbnailUrl: string }>('GET', `/projects/${projectId}/avatars/${avatarId}`);
  const filmId = await fillFilms(account);
  const project = `/console/projects/${projectId}`;
  return [
    { name: 'avatars', path: `${project}/avatars` },
    { name: 'new-avatar', path: `${project}/avatars`, prepare: openNewAvatar },
    { name: 'avatar', path: `${project}/avatars/${avatarId}` },
    { name: 'embed', path: `${project}/avatars/${avatarId}`, prepare: showEmbedding },
    { name: 'playground', path: `${project}/avatars/${avatarId}/talk` },
    { name: 'films', path: `${project}/films` },
    { name: 'film', path: `${project}/films/${filmId}`, prepare: showFilm },
    { name: 'new-film', path: `${project}/films/new`, prepare: fillFilmForm },
    { name: 'keys', path: `${project}/keys` },
    { name: 'key', path: `${project}/keys`, prepare: showKey },
    { name: 'reset-key', path: `${project}/keys`, prepare: askToReset },
    { name: 'conversations', path: `${project}/conversations` },
    { name: 'transcript', path: `${project}/conversations/${sessionId}` },
    { name: 'usage', path: `${project}/usage` },
    { name: 'webhooks', path: `${project}/webhooks` },
    { name: 'members', path: `${project}/members` },
    { name: 'audit', path: `${project}/audit` },
    { name: 'projects', path: '/console/projects' },
    { name: 'account', path: '/console/account' },
    {
      name: 'embedded',
      path: `/embed?${new URLSearchParams({ avatar: avatarId, license: account.key, poster: thumbnailUrl })}`,
    },
    { name: 'navigation', path: `${project}/avatars`, only: 'phone', prepare: openNavigation },
  ];
}

/** A film that is made, one that cannot be, and one that was stopped. Gives the id of the first. */
async function fillFilms({ projectId, avatarId, ask }: ConsoleAccount): Promise<string> {
  const path = `/projects/${projectId}/generations`;
  type Film = { readonly generationId: string; readonly state: string };
  const order = (body: object) => ask<Film>('POST', path, body);
  const over = async ({ generationId }: Film): Promise<string> => {
    for (;;) {
      const { state } = await ask<Film>('GET', `${path}/${generationId}`);
      if (state !== 'waiting' && state !== 'running') return state;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  // An address of this machine is refused: nothing outside is asked.
  const refused = await order({ videoUrl: 'http://127.0.0.1:9/lobby.mp4', text: 'Good evening!' });
  await over(refused);
  const stopped = await order({ avatar: 'navtalk.Leo', text: 'The sauna is closed today.' });
  await ask('POST', `${path}/${stopped.generationId}/cancel`);
  const film = await order({ avatar: avatarId, text: 'Welcome to the harbour. Breakfast is from seven to ten.' });
  const state = await over(film);
  if (state !== 'done') throw new Error(`The film is ${state}.`);
  return film.generationId;
}

/** Until the picture of the film is there. */
async function showFilm(page: Page): Promise<void> {
  const film = page.getByLabel('Film', { exact: true });
  await film.waitFor();
  await page.getByRole('slider', { name: 'Place in the film' }).fill('1');
  await untilTrue(page, `document.querySelector('video').readyState >= 2 && !document.querySelector('video').seeking`);
}

/** As it is once somebody has chosen who speaks and what is said. */
async function fillFilmForm(page: Page): Promise<void> {
  await page.getByRole('radiogroup', { name: 'Where the picture comes from' }).getByText('Avatar').click();
  await page.getByRole('radio', { name: 'Iris' }).check();
  await page.getByRole('textbox', { name: 'Text' }).fill('Welcome to the harbour. Breakfast is from seven to ten.');
  await page.getByText(/^About \d:\d\d long/).waitFor();
  await page.evaluate('document.activeElement.blur(), scrollTo(0, 0)');
}

async function openNewAvatar(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New avatar' }).first().click();
  await page.getByRole('dialog').getByText('Drop a photo or clip here').waitFor();
}

async function showEmbedding(page: Page): Promise<void> {
  const heading = page.getByRole('heading', { name: 'Put it on your site' });
  await heading.evaluate((element) => element.scrollIntoView({ block: 'start' }));
}

async function askToReset(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset key' }).waitFor();
}

async function showKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Copy key' }).waitFor();
}

async function openNavigation(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open navigation' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Usage' }).waitFor();
}

/** Waits until the page shows something: all have a heading, but the one of an avatar alone has only its button. */
export async function waitForContent(page: Page): Promise<void> {
  await page.getByRole('heading').or(page.getByRole('button')).first().waitFor();
}

/** Waits until nothing loads, and nothing that ends is still moving. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity)
    .map(({ finished }) => finished.catch(() => null)))`);
}
