import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createMailer } from './mailer.ts';

it('gives up a mail server that takes the connection and says nothing', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'a@example.org', limitMs: 100 });
  await expect(mailer.send({ to: 'b@example.org', subject: 's', text: 't' })).rejects.toThrow(
    /Greeting never received/,
  );
  mailer.close();
  silent.close();
});
