import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { readTalkAddress } from '@visavis/protocol';
import { useCallback, useEffect, useState } from 'react';
import { isStarting, ServerAnswered } from '../../api/talk-page.ts';
import { Boot } from '../../components/boot.tsx';
import { Logo } from '../../components/logo.tsx';
import { LanguageProvider } from '../../i18n/language-choice.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { Message } from './message.tsx';
import { fetchOffer, LinkEnded, type TalkOffer as Offer, readTalkLink } from './talk-link.ts';
import classes from './talk-page.module.css';
import { TalkRoom } from './talk-room.tsx';

const startingPollMs = 2_000;

type Loading =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly data: Offer }
  | { readonly kind: 'failed'; readonly error: unknown }
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
  return <LanguageProvider>{address === null ? <NoSuchPage /> : <TalkOffer />}</LanguageProvider>;
}

function NoSuchPage() {
  const texts = useTalkTexts().page;
  useDocumentTitle(`${texts.noPageName} · Visavis`);
  return (
    <main className={classes.center}>
      <Logo size={56} />
      <Message title={texts.noPageTitle} advice={texts.noPageAdvice}>
        <Button component="a" href="/">
          {texts.toFirstPage}
        </Button>
      </Message>
    </main>
  );
}

/** Choose an avatar and talk with it. */
function TalkOffer() {
  const texts = useTalkTexts();
  const [loading, setLoading] = useState<Loading>({ kind: 'loading' });

  const load = useCallback((signal: AbortSignal) => {
    setLoading({ kind: 'loading' });
    fetchOffer(link, signal).then(
      (data) => setLoading({ kind: 'loaded', data }),
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof LinkEnded) setLoading({ kind: 'link-ended' });
        else setLoading({ kind: 'failed', error });
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
      {loading.kind === 'loaded' && <Message title={texts.page.nobodyTitle} advice={texts.page.nobodyAdvice} />}
      {loading.kind === 'link-ended' && <Message title={texts.link.endedTitle} advice={texts.link.endedAdvice} />}
      {loading.kind === 'failed' && (
        <Message
          title={texts.page.silentTitle}
          advice={texts.page.silentAdvice}
          detail={loading.error instanceof ServerAnswered ? texts.page.answered(loading.error.status) : ''}
        >
          <Button onClick={() => load(new AbortController().signal)}>{texts.page.tryAgain}</Button>
        </Message>
      )}
    </main>
  );
}
