import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { askAs, type ConsoleAccount } from '../support/console-account.ts';
import { CONSOLE_PASSWORD } from '../support/console-steps.ts';
import { Playground } from '../support/playground.ts';

type Console = {
  /** A page of the console in a browser of its own. */
  openPage(path: string): Promise<Page>;
  /** Logs that browser in, with a new project. */
  logIn(): Promise<ConsoleAccount>;
  /** What belongs to the page that was opened last; `complaints` are those of its scripts. */
  site(): { readonly url: string; readonly context: BrowserContext; readonly complaints: readonly string[] };
};

/** Several people on one project. */
export function members({ openPage, logIn, site }: Console): void {
  it('lets an owner invite somebody, who registers by the link, looks as a viewer and saves as an editor; the audit log tells it', async () => {
    const owner = await openPage('/console/login');
    const { projectId, avatarId: fromAvatarId, ask } = await logIn();
    const { url, context: ownersBrowser } = site();
    const wish = { fromAvatarId, name: 'Nora' };
    const { avatarId } = await ask<{ avatarId: string }>('POST', `/projects/${projectId}/avatars`, wish);
    const project = `/console/projects/${projectId}`;
    await owner.goto(`${url}${project}/members`);
    await owner.getByText('The only owner stays one').waitFor();
    await owner.getByRole('button', { name: 'Invite' }).click();
    await owner.getByRole('button', { name: 'Make invitation' }).click();
    const link = (await owner.getByTestId('secret').textContent()) ?? '';
    expect(link.startsWith(`${url}/console/invitation#`)).toBe(true);
    await owner.getByRole('dialog').getByText('Close', { exact: true }).click();
    await owner.getByText('Whoever has the link').waitFor();

    const guest = await openPage('/console/invitation');
    await guest.getByRole('heading', { name: 'No such invitation' }).waitFor();
    const guestsBrowser = site().context;
    // What fails for another reason than that it is gone can be tried again.
    const busy = { error: { code: 'too-many-attempts', message: 'Too many attempts. Try again later.' } };
    await guest.route('**/api/v1/invitations/look', (route) => route.fulfill({ status: 429, json: busy }), {
      times: 1,
    });
    await guest.goto(link);
    await guest.getByRole('button', { name: 'Try again' }).click();
    await guest.getByRole('heading', { name: 'Join “Harbour hotel”' }).waitFor();
    await guest.getByText('Your role would be: Viewer.').waitFor();
    await guest.getByLabel('Name').fill('Leo');
    await guest.getByLabel('E-mail').fill(`leo-${Date.now()}@example.org`);
    await guest.getByLabel('Password', { exact: true }).fill(CONSOLE_PASSWORD);
    await guest.getByRole('button', { name: 'Create account' }).click();
    await guest.getByText('You are in this project. Your role: Viewer.').waitFor();
    await guest.getByRole('button', { name: 'Open the project' }).click();
    await guest.getByRole('link', { name: 'Settings: Nora' }).click();
    await guest.getByText('You are a viewer of this project').waitFor();
    const message = guest.getByLabel('First message');
    const save = guest.getByRole('button', { name: 'Save' });
    expect([await message.isDisabled(), await save.isDisabled()]).toEqual([true, true]);
    await guest.getByText('Only owners and editors save changes.').waitFor();
    const change = { headers: { origin: url }, data: { firstMessage: 'Mine.' } };
    const path = `/api/v1/projects/${projectId}/avatars/${avatarId}`;
    expect((await guestsBrowser.request.patch(url + path, change)).status()).toBe(403);
    expect(await guest.getByRole('link', { name: 'Webhooks' }).count()).toBe(0);
    await guest.goto(`${url}${project}/webhooks`);
    await guest.getByRole('heading', { name: 'This is for owners and editors' }).waitFor();
    const keys = await askAs(guestsBrowser, url)<{ licenceId: string }[]>('GET', `/projects/${projectId}/keys`);
    await guest.goto(`${url}${project}/avatars/${avatarId}/talk`);
    await guest.getByRole('button', { name: 'Start talking' }).waitFor();
    expect(keys).toHaveLength(1);
    // A token that has expired, as after an hour, is no end of the call: the next one is asked for.
    const old = { token: `vt_${'0'.repeat(43)}`, expiresAt: '2020-01-01T00:00:00.000Z' };
    await guest.route('**/playground-token', (route) => route.fulfill({ status: 201, json: old }), { times: 1 });
    await new Playground(guest).call();

    await owner.reload();
    await owner.getByRole('combobox', { name: 'Role of Leo' }).click();
    await owner.getByRole('option', { name: 'Editor' }).click();
    await owner.getByRole('combobox', { name: 'Role of Leo' }).and(owner.locator('[value="Editor"]')).waitFor();
    await guest.goto(`${url}${project}/avatars/${avatarId}`);
    await message.fill('Welcome to the harbour.');
    await save.click();
    await guest.getByText('Saved.').waitFor();

    await owner.getByRole('link', { name: 'Audit log' }).click();
    for (const action of ['Changed an avatar', 'Changed a role', 'Joined the project', 'Invited somebody']) {
      await owner.getByRole('cell', { name: action }).first().waitFor();
    }
    await owner.getByRole('link', { name: 'Members' }).click();
    await owner.getByRole('button', { name: 'Remove Leo' }).click();
    await owner.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await owner.getByRole('button', { name: 'Remove Leo' }).waitFor({ state: 'hidden' });
    await guest.reload();
    await guest.getByRole('heading', { name: 'There is nothing at this address.' }).waitFor();
    await ownersBrowser.close();
  });
}
