/** A request as the samples make it. */
export type SampledRequest = {
  readonly method: string;
  /** With its query, below the server's address. */
  readonly path: string;
  /** Undefined: it has none. */
  readonly body?: unknown;
  /** Whose key or session goes with it. */
  readonly by: 'licence' | 'session' | 'nobody';
};

export type CodeSample = { readonly lang: 'curl' | 'JavaScript' | 'Python'; readonly source: string };

/** Stands for this server; the page of the reference shows its own address. */
export const SAMPLE_SERVER = 'https://avatars.example.org';

/** The same request for a shell, for Node or a browser, and for Python. The key is in none of them: they read it from the environment. */
export function codeSamples(request: SampledRequest): CodeSample[] {
  return [
    { lang: 'curl', source: curl(request) },
    { lang: 'JavaScript', source: javaScript(request) },
    { lang: 'Python', source: python(request) },
  ];
}

function curl({ method, path, body, by }: SampledRequest): string {
  const parts = [`curl ${shellQuoted(SAMPLE_SERVER + path)}`];
  const isPlain = method === 'GET' || (method === 'POST' && body !== undefined);
  if (!isPlain) parts[0] = `curl -X ${method} ${shellQuoted(SAMPLE_SERVER + path)}`;
  if (by === 'licence') parts.push('-H "license: $VISAVIS_KEY"');
  if (by === 'session') parts.push('-H "cookie: $VISAVIS_COOKIE"');
  if (by === 'session' && method !== 'GET') parts.push(`-H ${shellQuoted(`origin: ${SAMPLE_SERVER}`)}`);
  if (body !== undefined) parts.push("-H 'content-type: application/json'", `-d ${shellQuoted(JSON.stringify(body))}`);
  return parts.join(' \\\n  ');
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function javaScript({ method, path, body, by }: SampledRequest): string {
  const headers = headersOf({ method, body, by }, (name) => `process.env.${name}`, scriptText);
  const options = [
    ...(method === 'GET' ? [] : [`method: ${scriptText(method)},`]),
    ...(headers.length === 0 ? [] : [`headers: { ${headers.join(', ')} },`]),
    ...(body === undefined ? [] : [`body: JSON.stringify(${JSON.stringify(body)}),`]),
  ];
  const address = scriptText(SAMPLE_SERVER + path);
  const given = options.length === 0 ? '' : `, {\n${options.map((line) => `  ${line}\n`).join('')}}`;
  return `const response = await fetch(${address}${given});\nconsole.log(response.status, await response.json());`;
}

function python({ method, path, body, by }: SampledRequest): string {
  const headers = headersOf({ method, body: undefined, by }, (name) => `os.environ["${name}"]`, JSON.stringify);
  const lines = [
    `    ${JSON.stringify(SAMPLE_SERVER + path)},`,
    ...(headers.length === 0 ? [] : [`    headers={${headers.join(', ')}},`]),
    ...(body === undefined ? [] : [`    json=${pythonValue(body)},`]),
  ];
  const imports = headers.some((header) => header.includes('os.environ'))
    ? 'import os\n\nimport requests'
    : 'import requests';
  return `${imports}\n\nresponse = requests.${method.toLowerCase()}(\n${lines.join('\n')}\n)\nprint(response.status_code, response.json())`;
}

/** Fields of an object literal, which look alike in both languages but for their quotation marks. */
function headersOf(
  { method, body, by }: Pick<SampledRequest, 'method' | 'body' | 'by'>,
  environment: (name: string) => string,
  quoted: (text: string) => string,
): string[] {
  const headers: string[] = [];
  if (by === 'licence') headers.push(`${quoted('license')}: ${environment('VISAVIS_KEY')}`);
  if (by === 'session') headers.push(`${quoted('cookie')}: ${environment('VISAVIS_COOKIE')}`);
  if (by === 'session' && method !== 'GET') headers.push(`${quoted('origin')}: ${quoted(SAMPLE_SERVER)}`);
  if (body !== undefined) headers.push(`${quoted('content-type')}: ${quoted('application/json')}`);
  return headers;
}

function scriptText(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function pythonValue(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}: ${pythonValue(field)}`)
    .join(', ')}}`;
}
