/** Where a snippet is for: the server's address and the avatar. */
export type Place = {
  readonly server: string;
  readonly avatarId: string;
  /** What visitors read. */
  readonly label: string;
  /** Address of a picture that is shown before the call; null: none. */
  readonly pictureUrl: string | null;
};

/** For any page: a script and one element. */
export function elementSnippet(place: Place): string {
  const { server, avatarId, label, pictureUrl } = place;
  const poster = pictureUrl === null ? '' : `\n  poster="${inHtml(server + pictureUrl)}"`;
  return `<script type="module" src="${server}/embed/visavis.js"></script>

<visavis-avatar
  avatar="${avatarId}"
  label="${inHtml(label)}"${poster}
  token-url="/avatar-token"
></visavis-avatar>`;
}

/** For pages that take no script. TOKEN is filled in by the site's server. */
export function frameSnippet({ server, avatarId, label, pictureUrl }: Place): string {
  const query = new URLSearchParams({
    avatar: avatarId,
    label,
    ...(pictureUrl === null ? {} : { poster: pictureUrl }),
  });
  return `<iframe
  src="${inHtml(`${server}/embed?${query}&token=`)}TOKEN"
  title="${inHtml(label)}"
  width="400" height="640" style="border: 0"
  allow="microphone; autoplay; camera"
></iframe>`;
}

export function reactSnippet({ server, avatarId, label, pictureUrl }: Place): string {
  const poster = pictureUrl === null ? '' : `\n      poster={server + ${JSON.stringify(pictureUrl)}}`;
  return `import { useEffect } from 'react';

const server = ${JSON.stringify(server)};

export function Avatar() {
  // Makes the browser know the element.
  useEffect(() => {
    import(/* webpackIgnore: true */ /* @vite-ignore */ \`\${server}/embed/visavis.js\`);
  }, []);
  return (
    <visavis-avatar
      avatar="${avatarId}"
      label={${JSON.stringify(label)}}${poster}
      token-url="/avatar-token"
    />
  );
}`;
}

/** For the site's own server, which keeps the key and answers `/avatar-token`. */
export function tokenSnippet({ server, avatarId }: Place): string {
  return `// POST /avatar-token on your server (Express). The key stays there.
app.post('/avatar-token', async (request, response) => {
  const answer = await fetch('${server}/api/v1/browser-tokens', {
    method: 'POST',
    headers: { authorization: \`Bearer \${process.env.VISAVIS_KEY}\`, 'content-type': 'application/json' },
    body: JSON.stringify({ avatarId: '${avatarId}', lifetimeSeconds: 600 }),
  });
  response.status(answer.status).json(await answer.json());
});`;
}

/** As the value of an attribute in double quotes. */
function inHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
