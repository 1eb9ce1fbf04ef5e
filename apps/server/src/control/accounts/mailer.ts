import { createTransport } from 'nodemailer';

export type Mail = { readonly to: string; readonly subject: string; readonly text: string };

export type Mailer = {
  /** Resolves when the mail server has taken the mail. */
  send(mail: Mail): Promise<void>;
  close(): void;
};

/** For the connection, the greeting, and each answer of a mail server. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * A mail server that does not answer in time fails the sending.
 * @param smtpUrl Like `smtps://user:password@mail.example.org`.
 */
export function createMailer(options: { smtpUrl: string; from: string; limitMs?: number }): Mailer {
  const { smtpUrl: url, from, limitMs = ANSWER_LIMIT_MS } = options;
  const limits = { connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs, dnsTimeout: limitMs };
  const transport = createTransport({ url, ...limits }, { from });
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ to, subject, text });
    },
    close() {
      transport.close();
    },
  };
}
