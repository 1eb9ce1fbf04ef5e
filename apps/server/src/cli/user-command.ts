import { randomInt } from 'node:crypto';
import { type Action, type Given, groupCommand } from './action-group.ts';
import { EXIT } from './command.ts';
import { DATA_NOTE } from './notes.ts';

/** Without characters that look alike. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function newPassword(): string {
  return Array.from({ length: 20 }, () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]).join('');
}

/** `visavis user …`: who may log in, and as what. */
export const userCommand = groupCommand({
  name: 'user',
  note: DATA_NOTE,
  actions: [
    {
      name: 'list',
      summary: 'lists who may log in: address, role and name, with tabs between them',
      async run({ config }) {
        const { maintain } = await import('./maintenance.ts');
        const users = await maintain(config, ({ accounts }) => accounts.listUsers());
        for (const { email, role, name } of users) console.log(`${email}\t${role}\t${name}`);
        return EXIT.done;
      },
    },
    {
      name: 'reset-password',
      takes: ['EMAIL'],
      summary: 'sets a new password, shows it once, and logs the user out everywhere',
      async run({ config, words: [email = ''] }) {
        const { maintain } = await import('./maintenance.ts');
        const password = newPassword();
        await maintain(config, ({ accounts }) => accounts.setPassword(email, password));
        console.log(`The new password of ${email} is ${password}\nChange it after logging in.`);
        return EXIT.done;
      },
    },
    roleAction('make-operator', 'operator', 'lets a user look after the server'),
    roleAction('make-member', 'member', 'takes that back'),
  ],
});

function roleAction(name: string, wanted: 'operator' | 'member', summary: string): Action {
  return {
    name,
    takes: ['EMAIL'],
    summary,
    async run({ config, words: [email = ''] }: Given) {
      const { maintain } = await import('./maintenance.ts');
      const user = await maintain(config, ({ accounts }) => accounts.setRole(email, wanted));
      console.log(`${user.email} is ${user.role} now.`);
      return EXIT.done;
    },
  };
}
