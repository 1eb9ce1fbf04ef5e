import type { Avatar } from '@visavis/protocol/rest';

type MakingWords = { readonly waiting: string; readonly starting: string };

/** How far the making is, in words; a percentage never stands without what is being done. */
export function makingText(job: Avatar['job'], { waiting, starting }: MakingWords): string {
  if (job === null) return waiting;
  return job.step.trim() === '' ? starting : `${Math.floor(job.progress * 100)} % · ${job.step}`;
}
