import type { Browser, Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import type { TestServer } from '../support/server-process.ts';
import { pageOf, type Shop } from '../support/shop.ts';

type Site = { readonly server: TestServer; readonly shop: Shop; readonly browser: Browser };

const FUNCTIONS = [
  {
    function_call_name: 'function_call_close_talk',
    function_call_description: 'Closes the talk when the user wants that.',
    function_call_parameters: {
      properties: { userInput: { type: 'string', description: 'What the user said' } },
      required: ['userInput'],
    },
  },
];

/** On which the mind of the server calls the function that closes the talk. */
export const CLOSING_WORDS = 'Please close the talk now.';

/** A page as NavTalk's readme shows it, with the script of this server. */
function navtalkPage({ server }: Site, attributes: string, version = '0.0.13'): string {
  return pageOf(`
    <script src="${server.url}/${version}/navtalk-web-sdk.umd.js"></script>
    <my-navtalk-component id="navtalk" license="${server.license}" character-name="navtalk.Iris" ${attributes}
      style="width:320px;height:600px;left:100px;top:100px;position:fixed;"></my-navtalk-component>
    <script>
      window.calls = [];
      const navtalkElement = document.querySelector('#navtalk');
      navtalkElement.addEventListener('sdkFuncationCall', function (event) {
        const detail = event.detail;
        const functionName = detail.raw_data.name;
        const args = detail.data.arguments;
        window.calls.push([functionName, args]);
        if (functionName === 'function_call_close_talk') navtalkElement.clickPlayOrStopButton();
      });
    </script>`);
}

export function navtalkComponent(site: () => Site, expectTalkingPicture: (page: Page) => Promise<void>): void {
  describe('as the web component of NavTalk', () => {
    async function open(attributes: string, version?: string): Promise<{ page: Page; faults: string[] }> {
      const { shop, browser } = site();
      shop.pages.set('/navtalk.html', navtalkPage(site(), attributes, version));
      const page = await (await browser.newContext({ viewport: { width: 900, height: 820 } })).newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      await page.goto(`${shop.url}/navtalk.html`);
      return { page, faults };
    }

    const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
    const openCalls = async () => (await site().server.footprint()).openCalls;

    it('a page with nothing but the host changed talks: picture, voice, event and method, and remembers [22.1]', async () => {
      const { page, faults } = await open(`function-calls='${JSON.stringify(FUNCTIONS)}'`);
      await page.locator('my-navtalk-component img.picture[src]').waitFor();
      expect(await page.locator('my-navtalk-component').boundingBox()).toEqual({
        x: 100,
        y: 100,
        width: 320,
        height: 600,
      });
      await page.screenshot({ path: 'test-output/navtalk-idle.png' });
      const sent: string[] = [];
      page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
      await button(page, 'Call').click();
      await button(page, 'Hang Up').waitFor();
      // Whoever pressed it by keyboard can press it again.
      expect(await page.evaluate('navtalkElement.shadowRoot.activeElement?.className')).toBe('button');
      const loudest = page.evaluate(
        "window.loudestOf(document.querySelector('#navtalk').shadowRoot.querySelector('video'), 6000, 0.02)",
      );
      await expectTalkingPicture(page);
      expect(await loudest).toBeGreaterThan(0.02);
      expect(await page.evaluate("getComputedStyle(navtalkElement.shadowRoot.querySelector('video')).opacity")).toBe(
        '1',
      );
      await page.screenshot({ path: 'test-output/navtalk-call.png' });

      await page.evaluate(`navtalkElement.call.sendText('${CLOSING_WORDS}')`);
      await button(page, 'Call').waitFor();
      expect(await page.evaluate('window.calls')).toEqual([
        ['function_call_close_talk', { userInput: expect.any(String) }],
      ]);
      await vi.waitFor(async () => expect(await openCalls()).toBe(0), { timeout: 10_000 });

      sent.length = 0;
      await page.evaluate('navtalkElement.clickPlayOrStopButton()');
      await button(page, 'Hang Up').waitFor();
      expect(sent.filter((text) => text.includes('conversation.item.create'))).toEqual([
        expect.stringContaining(CLOSING_WORDS),
      ]);
      await page.evaluate('navtalkElement.clickPlayOrStopButton()');
      await button(page, 'Call').waitFor();
      expect(faults).toEqual([]);
    });

    it('looks as the page says, and takes nothing of it for code', async () => {
      const hostile = `}</style><img src=x onerror="window.ran = true">`;
      const escaped = hostile.replaceAll('"', '&quot;');
      const { page, faults } = await open(
        `custom-play-off-text="${escaped}" custom-play-off-icon="javascript:window.ran=true"
        playButton_style="background-color: gray; left: 150px" playButton_text_style="color: yellow; ${escaped}"
        default-avatar-background="${escaped}" getInfoUrlByCharacterName="javascript:window.ran=true"
        function-calls="[oops" websocketUrl="no address at all"`,
        '12.0.1',
      );
      await button(page, hostile).click();
      await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
      const { backgroundColor, left } = (await page.evaluate(
        "({ ...navtalkElement.shadowRoot.querySelector('.button').style })",
      )) as Record<string, string>;
      expect({ backgroundColor, left }).toEqual({ backgroundColor: 'gray', left: '150px' });
      expect([await page.evaluate('window.ran'), faults]).toEqual([undefined, []]);
      await page.evaluate("navtalkElement.removeAttribute('license')");
      await page.getByRole('alert').getByText('The page names no key').waitFor();
      await page.evaluate('navtalkElement.clickPlayOrStopButton()');
      expect([await openCalls(), faults]).toEqual([0, []]);
    });

    it('is one component when two versions of the script are loaded, and its call ends with it', async () => {
      const { server } = site();
      const { page, faults } = await open('isRememberPreviousConversation="false"');
      for (const path of ['/sdk/js/0.0.12/navtalk-web-sdk.umd.js', '/navtalk-web-sdk.umd.js']) {
        await page.addScriptTag({ url: server.url + path });
      }
      await button(page, 'Call').click();
      await button(page, 'Hang Up').waitFor();
      expect(await openCalls()).toBe(1);
      // Moved, it keeps its call; taken away, it hangs up.
      await page.evaluate("document.body.appendChild(document.createElement('main')).append(navtalkElement)");
      await expectTalkingPicture(page);
      await page.evaluate('navtalkElement.remove()');
      await vi.waitFor(async () => expect(await openCalls()).toBe(0), { timeout: 10_000 });
      expect(faults).toEqual([]);
    });
  });
}
