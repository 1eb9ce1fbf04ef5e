import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../api/client.ts';
import { en } from '../i18n/en/server.ts';
import { fieldSentenceOf, sentencesOf } from '../i18n/server-texts.ts';
import { zh } from '../i18n/zh/server.ts';
import { faultsOf, faultsOfFields } from './field-faults.ts';

const number = (value: number) => value.toLocaleString('en');
const nobody: ReadonlySet<string> = new Set();

/** As `/api/v1` answers. */
const tooLong = ApiProblem.from(400, {
  error: {
    code: 'bad-request',
    message: 'prompt: must have 100000 characters at most; allowedOrigins/0: must look like https://shop.example',
    fields: [
      { path: 'prompt', code: 'too-long', limit: 100_000, message: 'must have 100000 characters at most' },
      { path: 'allowedOrigins.0', code: 'origin', message: 'must look like https://shop.example' },
      { path: 'tools', code: 'invalid', message: 'tool 2 has no name' },
    ],
  },
});

const toldOf = (error: ApiProblem, name: string, label: string, texts = en) => {
  const fault = faultsOf(error).get(name);
  return fault === undefined ? null : fieldSentenceOf(fault, label, error, texts, number);
};

describe('what the server says of a field', () => {
  it('is told in the words of its label, in both languages, with the limit', () => {
    expect(toldOf(tooLong, 'prompt', 'Instructions')).toBe('Instructions must have 100,000 characters at most.');
    expect(toldOf(tooLong, 'prompt', '指令', zh)).toBe('“指令”最多 100,000 个字符。');
    expect(toldOf(tooLong, 'allowedOrigins', '允许的来源', zh)).toBe(
      '“允许的来源”必须形如 https://shop.example，不带路径。',
    );
    expect(toldOf(tooLong, 'name', 'Name')).toBeNull();
  });

  it('stays as the server wrote it where there is no table for it', () => {
    expect(toldOf(tooLong, 'tools', '工具', zh)).toBe('工具: tool 2 has no name');
  });

  it('may be a sentence of its own', () => {
    const message = 'This e-mail address has an account. Log in, or reset its password.';
    const fields = [{ path: 'email', code: 'email-taken', message }];
    const taken = ApiProblem.from(409, { error: { code: 'conflict', message, reason: 'email-taken', fields } });
    expect(toldOf(taken, 'email', 'E-mail')).toBe(message);
    expect(toldOf(taken, 'email', '电子邮箱', zh)).toBe('此电子邮箱已有账户。请登录，或重置其密码。');
  });

  it('is told beside the form for fields that do not tell it themselves', () => {
    expect(sentencesOf(tooLong, new Set(['prompt', 'allowedOrigins']), en, number)).toEqual([
      'tools: tool 2 has no name',
    ]);
    expect(sentencesOf(tooLong, new Set(['prompt', 'allowedOrigins', 'tools']), en, number)).toEqual([]);
    expect(sentencesOf(tooLong, nobody, zh, number)).toHaveLength(3);
  });
});

describe('other refusals', () => {
  const told = (error: Error, texts = zh) => sentencesOf(error, nobody, texts, number);

  it('are told by their reason, with their values', () => {
    const values = { limit: 1000 };
    const full = ApiProblem.from(409, {
      error: { code: 'quota-reached', message: 'Full.', reason: 'keys-full', values },
    });
    expect(told(full)[0]).toContain('此项目已有 1,000 个有效密钥');
    expect(told(full, en)[0]).toContain('This project has 1,000 keys in force');
    expect(told(ApiProblem.from(502, null))).toEqual(['服务器的应答是 502。']);
  });

  it('keep the words of the server where the page has none', () => {
    const error = { code: 'conflict', message: 'The moon is in the way.', reason: 'constructor' };
    expect(told(ApiProblem.from(409, { error }))).toEqual(['The moon is in the way.']);
  });
});

describe('what the browser finds before anything is sent', () => {
  const fine = { valueMissing: false, typeMismatch: false, badInput: false, tooLong: false };

  it('has the same names as what the server finds', () => {
    const faults = faultsOfFields([
      { name: 'name', type: 'text', validity: { ...fine, valueMissing: true } },
      { name: 'email', type: 'email', validity: { ...fine, typeMismatch: true } },
      { name: 'url', type: 'url', validity: { ...fine, typeMismatch: true } },
      { name: 'prompt', type: 'textarea', maxLength: 80, validity: { ...fine, tooLong: true } },
      { name: 'fine', type: 'text', validity: fine },
      { name: '', type: 'text', validity: { ...fine, valueMissing: true } },
    ]);
    expect([...faults].map(([name, { code, limit }]) => [name, code, limit])).toEqual([
      ['name', 'empty', undefined],
      ['email', 'email', undefined],
      ['url', 'url', undefined],
      ['prompt', 'too-long', 80],
    ]);
  });
});
