type Place = { readonly host: string; readonly avatarId: string };

/** For a web page with a bundler. */
export function pageSnippet({ host, avatarId }: Place): string {
  return `import { VisavisCall } from '@visavis/sdk';

// Your server asks ours for the token: see "Token".
const { token } = await (await fetch('/avatar-token', { method: 'POST' })).json();
const call = new VisavisCall({
  host: '${host}',
  license: token,
  avatarId: '${avatarId}',
});
call.attach(document.querySelector('video'));
document.querySelector('#talk').onclick = () => call.connect();`;
}

export function reactSnippet({ host, avatarId }: Place): string {
  return `import { VisavisCall } from '@visavis/sdk';
import { useEffect, useMemo, useRef } from 'react';

export function Avatar({ token }) {
  const video = useRef(null);
  const call = useMemo(
    () => new VisavisCall({ host: '${host}', license: token, avatarId: '${avatarId}' }),
    [token],
  );
  useEffect(() => {
    call.attach(video.current);
    return () => call.hangUp();
  }, [call]);
  return (
    <>
      <video ref={video} playsInline autoPlay />
      <button onClick={() => call.connect()}>Talk</button>
    </>
  );
}`;
}

/** For the site's own server, which keeps the key. */
export function tokenSnippet({ host, avatarId }: Place): string {
  return `curl -X POST ${host}/api/v1/browser-tokens \\
  -H "Authorization: Bearer $VISAVIS_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"avatarId":"${avatarId}","lifetimeSeconds":600}'`;
}
