import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';

const shownMs = 2_000;

/** Whether something was copied a moment ago, and the way to do it. */
export function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}
