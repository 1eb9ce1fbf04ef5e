import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { DEFAULT_QUOTAS } from '../../control/quotas/quotas.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { accept, createProject, invite, look, type Role, reasonOf, rolesOf } from './testing/member-steps.ts';
import { PASSWORD, TestBrowser } from './testing/test-browser.ts';

const QUOTAS = { ...DEFAULT_QUOTAS, membersPerProject: 6, projectsPerUser: 3, browserTokensPerKey: 2 };
const OWN_PAGE = { origin: 'http://console.example', host: 'console.example' };

describeOnBothDatabases('members of projects', (context) => {
  let server: ConsoleTestServer;
  /** A registered server has a founder. */
  let founder: TestBrowser;
  let households = 0;

  /** Each from an address of its own: an address may register ten people an hour. */
  const person = async (email = `${newPublicId()}@example.org`) => {
    households += 1;
    const browser = new TestBrowser(server.app, `198.51.100.${households}`);
    return Object.assign(browser, { userId: await browser.register(email), email });
  };

  /** A project with a key, an avatar, and tokens to talk with it. */
  const playground = async (owner: TestBrowser) => {
    const projectId = await createProject(owner);
    const { licenceId } = (await owner.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json();
    const avatarId = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: avatarId,
      name: 'Zoe',
      provider: 'local',
      model: 'l',
      voice: 'cedar',
      language: 'en',
      projectId,
      bundleSource: 'shipped',
      bundleName: 'leo',
    });
    const path = `/projects/${projectId}/avatars/${avatarId}/playground-token`;
    const mint = (browser: TestBrowser) => browser.send('POST', path, { licenceId });
    return { projectId, licenceId: licenceId as string, avatarId, mint };
  };

  const join = async (owner: TestBrowser, projectId: string, role: Role) => {
    const member = await person();
    expect((await accept(member, (await invite(owner, projectId, { role })).secret)).statusCode).toBe(200);
    return member;
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db, { quotas: QUOTAS });
    founder = await person();
  });
  afterAll(() => server.close());

  test('an invitation is looked at, accepted once, and makes a member of the role that it says', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const { secret } = await invite(owner, projectId, { role: 'viewer' });
    const guest = await person();
    const told = { projectId, projectName: 'Shop', role: 'viewer', invitedBy: 'Test', email: null, memberRole: null };
    expect((await look(new TestBrowser(server.app), secret)).json()).toMatchObject(told);
    expect((await guest.send('GET', `/projects/${projectId}`)).statusCode).toBe(404);
    expect((await accept(guest, secret)).json()).toEqual({ projectId, role: 'viewer' });
    expect((await guest.send('GET', '/projects')).json()).toMatchObject([{ projectId, role: 'viewer' }]);
    expect(await rolesOf(guest, projectId)).toEqual({ [owner.userId]: 'owner', [guest.userId]: 'viewer' });
    // Whoever used it sees what came of it; for everybody else it is gone.
    expect((await look(guest, secret)).json()).toMatchObject({ memberRole: 'viewer' });
    const late = await person();
    expect(reasonOf(await look(late, secret))).toEqual([404, 'invitation-gone']);
    expect(reasonOf(await accept(late, secret))).toEqual([404, 'invitation-gone']);
    expect((await owner.send('GET', `/projects/${projectId}/invitations`)).json()).toEqual([]);
  });

  test('of many who accept one link at once, one gets in', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const { secret } = await invite(owner, projectId, { role: 'editor' });
    const crowd = [await person(), await person(), await person()];
    const codes = await Promise.all(crowd.map(async (guest) => (await accept(guest, secret)).statusCode));
    expect(codes.sort()).toEqual([200, 404, 404]);
    expect(Object.values(await rolesOf(owner, projectId)).sort()).toEqual(['editor', 'owner']);
  });

  test('guessed, withdrawn and expired ones are gone, and an address has few guesses', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const guest = await person();
    const withdrawn = await invite(owner, projectId, { role: 'viewer' });
    const path = `/projects/${projectId}/invitations/${withdrawn.invitationId}`;
    expect((await owner.send('DELETE', path)).statusCode).toBe(200);
    expect((await owner.send('DELETE', path)).statusCode).toBe(404);
    expect(reasonOf(await accept(guest, withdrawn.secret))).toEqual([404, 'invitation-gone']);
    const expired = await invite(owner, projectId, { role: 'viewer' });
    await context.db.orm.execute(
      sql`update project_invitations set expires_at = now() - interval '1 second' where id = ${expired.invitationId}`,
    );
    expect(reasonOf(await look(guest, expired.secret))).toEqual([404, 'invitation-gone']);
    expect(reasonOf(await accept(guest, expired.secret))).toEqual([404, 'invitation-gone']);
    await server.services.invitations.sweep();
    const left = await context.db.orm.execute(sql`select from project_invitations where id = ${expired.invitationId}`);
    expect(left.rows).toHaveLength(0);
    const guesses = [];
    for (let count = 0; count < 20; count += 1) guesses.push((await look(guest, `guess ${count}`)).statusCode);
    expect([guesses[0], guesses.at(-1)]).toEqual([404, 429]);
    const open = await invite(owner, projectId, { role: 'viewer' });
    expect((await look(guest, open.secret)).statusCode).toBe(200);
  });

  test('neither the secret nor anything that opens is in the database', async () => {
    const owner = await person();
    const { secret } = await invite(owner, await createProject(owner), { role: 'owner' });
    const { rows } = await context.db.orm.execute(sql`
      select (select json_agg(to_json(i))::text from project_invitations i) || (select json_agg(to_json(a))::text from audit_entries a) as text`);
    expect(rows[0]?.text).not.toContain(secret);
  });

  test('an invitation for an address is for the account that has it, is mailed, and replaces the one before', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const email = `${newPublicId()}@example.org`;
    const former = await invite(owner, projectId, { role: 'viewer', email });
    const { secret } = await invite(owner, projectId, { role: 'editor', email: email.toUpperCase() });
    expect(server.mails.at(-1)).toMatchObject({ to: email, subject: 'You are invited to a project on Visavis' });
    expect(server.mails.at(-1)?.text).toContain(`https://console.example/console/invitation#${secret}`);
    const thief = await person();
    // The link alone tells nobody the whole address; nor does the audit log, which stays when accounts go.
    const masked = `${email.charAt(0)}…@example.org`;
    expect((await look(new TestBrowser(server.app), secret)).json().email).toBe(masked);
    expect((await look(thief, secret)).json().email).toBe(masked);
    const trail = (await owner.send('GET', `/projects/${projectId}/audit?kind=member`)).json();
    expect(trail.items[0].detail).toEqual({ role: 'editor', email: masked });
    expect(reasonOf(await accept(thief, secret))).toEqual([403, 'invitation-of-another']);
    const invited = await person(email);
    expect((await look(invited, secret)).json().email).toBe(email);
    expect(reasonOf(await accept(invited, former.secret))).toEqual([404, 'invitation-gone']);
    expect((await accept(invited, secret)).json()).toEqual({ projectId, role: 'editor' });
    const again = await owner.send('POST', `/projects/${projectId}/invitations`, { role: 'viewer', email });
    expect(reasonOf(again)).toEqual([409, 'member-already']);
  });

  test('whoever is a member already stays what he is, and leaves the invitation to others', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const { secret } = await invite(owner, projectId, { role: 'viewer' });
    expect(reasonOf(await accept(owner, secret))).toEqual([409, 'already-member']);
    expect((await look(owner, secret)).json()).toMatchObject({ memberRole: 'owner', role: 'viewer' });
    expect(await rolesOf(owner, projectId)).toEqual({ [owner.userId]: 'owner' });
    expect((await accept(await person(), secret)).statusCode).toBe(200);
  });

  test('nobody but an owner makes an owner of himself or of others', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    for (const role of ['editor', 'viewer'] as const) {
      const member = await join(owner, projectId, role);
      const base = `/projects/${projectId}`;
      for (const [method, path, body] of [
        ['PATCH', `${base}/members/${member.userId}`, { role: 'owner' }],
        ['PATCH', `${base}/members/${owner.userId}`, { role: 'viewer' }],
        ['DELETE', `${base}/members/${owner.userId}`, undefined],
        ['POST', `${base}/invitations`, { role: 'owner' }],
        ['GET', `${base}/invitations`, undefined],
        ['GET', `${base}/audit`, undefined],
        ['DELETE', base, undefined],
      ] as const) {
        expect([path, reasonOf(await member.send(method, path, body))]).toEqual([path, [403, 'owners-only']]);
      }
      expect((await rolesOf(owner, projectId))[member.userId]).toBe(role);
    }
  });

  test('an owner remains: alone, and when two leave, or remove each other, at once', async () => {
    const owner = await person();
    const alone = await createProject(owner);
    expect(reasonOf(await owner.send('POST', `/projects/${alone}/leave`))).toEqual([409, 'last-owner']);
    const self = `/projects/${alone}/members/${owner.userId}`;
    expect(reasonOf(await owner.send('PATCH', self, { role: 'editor' }))).toEqual([409, 'last-owner']);
    expect(reasonOf(await owner.send('DELETE', self))).toEqual([409, 'last-owner']);
    const other = await join(owner, alone, 'owner');
    const left = await Promise.all([owner, other].map((one) => one.send('POST', `/projects/${alone}/leave`)));
    expect(left.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    const second = await createProject(owner);
    const rival = await join(owner, second, 'owner');
    const [one, two] = await Promise.all([
      owner.send('DELETE', `/projects/${second}/members/${rival.userId}`),
      rival.send('DELETE', `/projects/${second}/members/${owner.userId}`),
    ]);
    expect([one.statusCode, two.statusCode].filter((status) => status === 200)).toHaveLength(1);
    expect([403, 404, 409]).toContain(one.statusCode === 200 ? two.statusCode : one.statusCode);
    const { rows } = await context.db.orm.execute(
      sql`select role from project_members where project_id in (${alone}, ${second})`,
    );
    expect(rows.map(({ role }) => role)).toEqual(['owner', 'owner']);
  });

  test('who is removed has no access at once: not by session, token or invitation; nor has who leaves', async () => {
    const owner = await person();
    const { projectId, licenceId, avatarId, mint } = await playground(owner);
    for (const role of ['viewer', 'owner'] as const) {
      const member = await join(owner, projectId, role);
      const minted = await mint(member);
      expect(minted.statusCode, minted.body).toBe(201);
      const { token } = minted.json();
      expect(await server.plane.admission.findLicence(token, OWN_PAGE)).toMatchObject({
        projectId,
        onlyAvatarId: avatarId,
        memberId: member.userId,
        isFromElsewhere: false,
      });
      const foreign = { ...OWN_PAGE, origin: 'https://evil.example' };
      expect(await server.plane.admission.findLicence(token, foreign)).toMatchObject({ refusal: 'origin-not-allowed' });
      const link = role === 'owner' ? await invite(member, projectId, { role: 'owner' }) : null;
      if (role === 'viewer') await member.send('POST', `/projects/${projectId}/leave`);
      else await owner.send('DELETE', `/projects/${projectId}/members/${member.userId}`);
      expect((await member.send('GET', `/projects/${projectId}`)).statusCode).toBe(404);
      expect((await member.send('GET', '/projects')).json()).toEqual([]);
      expect((await mint(member)).statusCode).toBe(404);
      expect(await server.plane.admission.findLicence(token, OWN_PAGE)).toBeNull();
      if (link !== null) expect(reasonOf(await accept(member, link.secret))).toEqual([404, 'invitation-gone']);
    }
    const { rows } = await context.db.orm.execute(sql`select id from browser_tokens where licence_id = ${licenceId}`);
    expect(rows).toEqual([]);
    // One that is minted while its member is removed is stored, and opens nothing.
    const { tokens, licences } = server.services;
    const keyDigest = await licences.digestOf(projectId, licenceId);
    const { userId } = await person();
    const late = await tokens.mint({ licenceId, keyDigest, lifetimeSeconds: 60, userId });
    expect(await server.plane.admission.findLicence(late?.token ?? '')).toBeNull();
  });

  test('tokens of the playground and those of the pages of a key leave each other their number', async () => {
    const owner = await person();
    const { projectId, licenceId } = await playground(owner);
    const { tokens, licences } = server.services;
    const keyDigest = await licences.digestOf(projectId, licenceId);
    const ofPage = { licenceId, keyDigest, lifetimeSeconds: 60 };
    const ofMember = { ...ofPage, userId: owner.userId };
    const wishes = [ofMember, ofMember, ofMember, ofPage, ofPage, ofMember];
    for (const wish of wishes) expect(await tokens.mint(wish)).toHaveProperty('token');
    const told = { reason: 'too-many-tokens', values: { limit: 2 } };
    await expect(tokens.mint(ofPage)).rejects.toMatchObject({ code: 'too-many-attempts', told });
  });

  test('a call from the playground ends when its member is removed; calls of others go on', async () => {
    const owner = await person();
    const { projectId, avatarId, mint } = await playground(owner);
    const member = await join(owner, projectId, 'viewer');
    const baseUrl = await server.listen(0);
    const call = async (browser: TestBrowser) => {
      const { token } = (await mint(browser)).json();
      const client = new TestClient(baseUrl, { license: token, avatarId }, OWN_PAGE);
      await client.event('realtime.session.updated');
      return client;
    };
    const [theirs, mine] = [await call(member), await call(owner)];
    await owner.send('DELETE', `/projects/${projectId}/members/${member.userId}`);
    expect((await theirs.closed).code).toBe(4401);
    expect(mine.socket.readyState).toBe(mine.socket.OPEN);
    mine.socket.close();
    await mine.closed;
  });

  test('an owner who becomes less takes his open invitations back with it', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const other = await join(owner, projectId, 'owner');
    const { secret } = await invite(other, projectId, { role: 'owner' });
    const path = `/projects/${projectId}/members/${other.userId}`;
    expect((await owner.send('PATCH', path, { role: 'editor' })).statusCode).toBe(200);
    expect(reasonOf(await accept(await person(), secret))).toEqual([404, 'invitation-gone']);
    expect((await other.send('PATCH', `/projects/${projectId}`, { name: 'Ours' })).json()).toMatchObject({
      name: 'Ours',
      role: 'editor',
    });
  });

  test('members and open invitations are bounded together, also at once; so is what one owns', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const path = `/projects/${projectId}/invitations`;
    const replies = await Promise.all(Array.from({ length: 9 }, () => owner.send('POST', path, { role: 'viewer' })));
    expect(replies.filter(({ statusCode }) => statusCode === 201)).toHaveLength(QUOTAS.membersPerProject - 1);
    expect(reasonOf(await owner.send('POST', path, { role: 'viewer' }))).toEqual([409, 'members-full']);
    const rich = await person();
    for (let count = 0; count < QUOTAS.projectsPerUser; count += 1) await createProject(rich);
    const second = await createProject(owner);
    const { secret } = await invite(owner, second, { role: 'owner' });
    expect(reasonOf(await accept(rich, secret))).toEqual([409, 'owner-full']);
    const asViewer = await invite(owner, second, { role: 'viewer' });
    expect((await accept(rich, asViewer.secret)).statusCode).toBe(200);
    const promotion = await owner.send('PATCH', `/projects/${second}/members/${rich.userId}`, { role: 'owner' });
    expect(reasonOf(promotion)).toEqual([409, 'owner-full']);
    // What one is a member of takes no room among one's own.
    expect((await rich.send('POST', '/projects', { name: 'one more' })).statusCode).toBe(409);
  });

  test('an account that is deleted leaves projects to their other owners', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const other = await join(owner, projectId, 'owner');
    await context.db.orm.execute(sql`delete from users where id = ${owner.userId}`);
    expect(await rolesOf(other, projectId)).toEqual({ [other.userId]: 'owner' });
    const { items } = (await other.send('GET', `/projects/${projectId}/audit`)).json();
    expect(items.at(-1)).toMatchObject({ person: { userId: owner.userId, name: null, email: null } });
  });

  test('the audit page tells owners who did what, filtered and in pages; addresses are those of members', async () => {
    const owner = await person();
    const projectId = await createProject(owner);
    const guest = await join(owner, projectId, 'editor');
    const base = `/projects/${projectId}`;
    await guest.send('POST', `${base}/keys`, { name: 'site' });
    await owner.send('PATCH', `${base}/members/${guest.userId}`, { role: 'viewer' });
    const read = async (query = '') => (await owner.send('GET', `${base}/audit${query}`)).json();
    const actions = ({ items }: { items: { action: string }[] }) => items.map(({ action }) => action);
    const all = await read();
    expect(actions(all)).toEqual([
      'member.role-changed',
      'licence.created',
      'member.joined',
      'member.invited',
      'project.created',
    ]);
    const [changed, created] = all.items;
    expect(changed).toMatchObject({
      person: { userId: owner.userId, name: 'Test', email: owner.email },
      ipAddress: expect.any(String),
      subject: { userId: guest.userId, email: guest.email },
      detail: { from: 'editor', to: 'viewer' },
    });
    expect(created.subject).toBeNull();
    expect(actions(await read('?kind=member'))).toEqual(['member.role-changed', 'member.joined', 'member.invited']);
    expect(actions(await read(`?userId=${guest.userId}`))).toEqual(['licence.created', 'member.joined']);
    expect(actions(await read(`?to=${created.at}`))).not.toContain('licence.created');
    expect(actions(await read(`?from=${created.at}`))).toContain('licence.created');
    const yearZero = await owner.send('GET', `${base}/audit?from=0000-01-01T00:00:00Z`);
    expect(yearZero.json().error.code).toBe('bad-request');
    expect(actions(await read('?to=9999-12-31T23:59:59.999Z'))).toHaveLength(5);
    const first = await read('?limit=2');
    expect(actions(await read(`?limit=2&cursor=${first.nextCursor}`))).toEqual(['member.joined', 'member.invited']);
    await owner.send('DELETE', `${base}/members/${guest.userId}`);
    const { body } = await owner.send('GET', `${base}/audit`);
    expect([body.includes(guest.email), body.includes(guest.userId)]).toEqual([false, true]);
    // One’s own trail has nothing of projects that others own.
    const member = await join(owner, projectId, 'viewer');
    const trail = (await member.send('GET', '/audit?limit=100')).json();
    expect(actions(trail)).not.toContain('licence.created');
    expect(actions(trail)).toContain('member.joined');
  });

  test('where registration is closed, an invitation lets in: once, for its address, and into its project', async () => {
    const closed = await createConsoleServer(context.db, { isRegistrationOpen: false });
    try {
      const owner = founder;
      const projectId = await createProject(owner);
      const email = `${newPublicId()}@example.org`;
      const register = (invitation: string | undefined, address: string) => {
        households += 1;
        const browser = new TestBrowser(closed.app, `198.51.100.${households}`);
        const body = { email: address, name: 'Guest', password: PASSWORD, invitation };
        return browser.send('POST', '/auth/register', body);
      };
      const { secret } = await invite(owner, projectId, { role: 'viewer', email });
      for (const [invitation, address] of [
        [undefined, email],
        ['guessed', email],
        [secret, `${newPublicId()}@example.org`],
      ] as const) {
        expect((await register(invitation, address)).json().error.code).toBe('registration-closed');
      }
      // A fault of the server on the way in leaves no account that has nothing, and that nobody could make again.
      vi.spyOn(closed.services.invitations, 'accept').mockRejectedValueOnce(new Error('The database is away.'));
      expect((await register(secret, email)).statusCode).toBe(500);
      const guest = await register(secret, email);
      expect(guest.statusCode, guest.body).toBe(201);
      expect((await rolesOf(owner, projectId))[guest.json().userId]).toBe('viewer');
      const open = await invite(owner, projectId, { role: 'viewer' });
      const crowd = Array.from({ length: 3 }, () => register(open.secret, `${newPublicId()}@example.org`));
      const codes = (await Promise.all(crowd)).map(({ statusCode }) => statusCode);
      expect(codes.filter((code) => code === 201)).toHaveLength(1);
      const { rows } = await context.db.orm.execute(sql`select from users where name = 'Guest'`);
      expect(rows).toHaveLength(2);
    } finally {
      await closed.close();
    }
  });
});
