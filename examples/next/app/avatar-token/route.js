/** Mints a token for ten minutes. Put your own log-in before it: whoever can ask can talk. */
export async function POST() {
  const answer = await fetch(`${process.env.VISAVIS_SERVER}/api/v1/browser-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.VISAVIS_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ lifetimeSeconds: 600 }),
  });
  return Response.json(await answer.json(), { status: answer.status });
}
