import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('passwords', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    browser = new TestBrowser(server.app);
  });
  afterAll(() => server.close());

  test('a password is what it looks like, wherever one is given or chosen', async () => {
    const email = 'mia@example.org';
    const looks = { narrow: 'épée ½ 한국어의 비밀번호', wide: 'ｅ́ｐｅ́ｅ　1⁄2　한국어의 비밀번호'.normalize('NFKD') };
    expect(looks.wide.length).toBeGreaterThan(looks.narrow.length);
    const logIn = async (password: string) =>
      (await browser.send('POST', '/auth/login', { email, password })).statusCode;
    const given = (password: string) => ({ email, name: 'Mia', password });
    expect((await browser.send('POST', '/auth/register', given(looks.wide))).statusCode).toBe(201);
    expect([await logIn(looks.narrow), await logIn(looks.wide)]).toEqual([200, 200]);
    const change = { currentPassword: looks.narrow, newPassword: `${looks.narrow} 2` };
    expect((await browser.send('POST', '/auth/password', change)).statusCode).toBe(200);
    expect(await logIn(`${looks.wide} 2`)).toBe(200);
    await browser.send('POST', '/auth/password-reset/request', { email });
    const token = /token=(\S+)/.exec(server.mails.at(-1)?.text ?? '')?.[1];
    const reset = { token, newPassword: `${looks.wide} 3` };
    expect((await browser.send('POST', '/auth/password-reset', reset)).statusCode).toBe(200);
    expect(await logIn(`${looks.narrow} 3`)).toBe(200);
    await server.services.accounts.setPassword(email, `${looks.narrow} 4`);
    expect([await logIn(`${looks.wide} 4`), await logIn(`${looks.narrow} 3`)]).toEqual([200, 401]);
    // As long as it looks: five wide letters are no ten, two hundred Korean syllables no six hundred.
    const long = [...Array(200).keys()].map((index) => String.fromCodePoint(0xac01 + index * 31)).join('');
    await server.services.accounts.setPassword(email, long);
    const typed = await browser.send('POST', '/auth/login', { email, password: long.normalize('NFD') });
    expect([typed.statusCode, typed.body]).toEqual([200, expect.any(String)]);
    const short = { currentPassword: long, newPassword: 'ｅ́ｑｅ́ｗｒ'.normalize('NFKD') };
    expect((await browser.send('POST', '/auth/password', short)).statusCode).toBe(400);
  });
});
