import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';
import { isStarting } from '../../api/talk-page.ts';
import { Boot } from '../../components/boot.tsx';
import { Logo } from '../../components/logo.tsx';
import { Message } from './message.tsx';
import { readTalkAddress } from './talk-address.ts';
import { fetchOffer, LinkEnded, linkEndedWords, type TalkOffer as Offer, readTalkLink } from './talk-link.ts';
import classes from './talk-page.module.css';
import { TalkRoom } from './talk-room.tsx';

const startingPollMs = 2_000;

type Loading =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly data: Offer }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'link-ended' };

const link = readTalkLink(globalThis.location);

/** The page at `/`, and what is said at addresses where there is none. */
export function TalkPage() {
  const [address] = useState(() => readTalkAddress(globalThis.location));
  useEffect(() => {
    // Another link to the same avatar differs behind the # alone, for which browsers load nothing anew.
    const reload = () => globalThis.location.reload();
    globalThis.addEventListener('hashchange', reload);
    return () => globalThis.removeEventListener('hashchange', reload);
  }, []);
  return address === null ? <NoSuchPage /> : <TalkOffer />;
}

function NoSuchPage() {
  useDocumentTitle('No such page · Visavis');
  return (
    <main className={classes.center}>
      <Logo size={56} />
      <Message title="There is no page at this address." advice="It may have been mistyped, or the page was moved.">
        <Button component="a" href="/">
          To the first page
        </Button>
      </Message>
    </main>
  );
}

/** Choose an avatar and talk with it. */
function TalkOffer() {
  const [loading, setLoading] = useState<Loading>({ kind: 'loading' });

  const load = useCallback((signal: AbortSignal) => {
    setLoading({ kind: 'loading' });
    fetchOffer(link, signal).then(
      (data) => setLoading({ kind: 'loaded', data }),
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof LinkEnded) setLoading({ kind: 'link-ended' });
        else setLoading({ kind: 'failed', detail: error instanceof Error ? error.message : '' });
      },
    );
  }, []);

  /** What is shown stays until the answer is there. */
  const refresh = useCallback((signal: AbortSignal) => {
    fetchOffer(link, signal).then(
      (data) => setLoading({ kind: 'loaded', data }),
      (error: unknown) => {
        if (error instanceof LinkEnded) setLoading({ kind: 'link-ended' });
      },
    );
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal);
    return () => abort.abort();
  }, [load]);

  const starting = loading.kind === 'loaded' && isStarting(loading.data);
  useEffect(() => {
    if (!starting) return;
    const abort = new AbortController();
    const timer = setInterval(() => refresh(abort.signal), startingPollMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [starting, refresh]);

  if (loading.kind === 'loaded' && loading.data.avatars.length > 0) {
    return <TalkRoom data={loading.data} onChoosing={() => refresh(new AbortController().signal)} />;
  }
  if (loading.kind === 'loading') return <Boot />;
  return (
    <main className={classes.center}>
      <Logo size={56} />
      {loading.kind === 'loaded' && (
        <Message title="There is nobody to talk with here yet." advice="Please come back later." />
      )}
      {loading.kind === 'link-ended' && <Message {...linkEndedWords} />}
      {loading.kind === 'failed' && (
        <Message
          title="The server does not answer."
          advice="Check that it is running, then try again."
          detail={loading.detail}
        >
          <Button onClick={() => load(new AbortController().signal)}>Try again</Button>
        </Message>
      )}
    </main>
  );
}
