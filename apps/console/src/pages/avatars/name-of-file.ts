import { LIMITS } from '@visavis/protocol';

/** What cameras, phones and programs name their files by themselves. */
const BY_A_MACHINE =
  /^(img|image|dsc|dscn|dscf|pxl|mvimg|vid|video|mov|movie|photo|picture|pic|scan|screenshot|screen shot|screen recording|whatsapp (image|video)|signal|untitled|unnamed|download|clip|file|foto|bild|capture|webcam|face|portrait|selfie|avatar)?[\s\d().:-]*(at[\s\d().:-]*(am|pm)?)?(copy)?$/i;
const HEXADECIMAL = /^[0-9a-f -]{12,}$/i;

/** A name for an avatar by that of its photo: `mia-hotel_desk.JPG` gives `Mia hotel desk`. Empty when the name says nothing. */
export function nameOfFile(fileName: string): string {
  const words = fileName
    .slice(0, 200)
    .replace(/\.[a-z0-9]{2,5}$/i, '')
    .replace(/[\p{Cc}_+]+/gu, ' ')
    .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
    .trim();
  const isSaid = /\p{L}/u.test(words) && !BY_A_MACHINE.test(words) && !HEXADECIMAL.test(words);
  if (!isSaid) return '';
  const name = words.replace(/\s+/g, ' ');
  return [...`${name.slice(0, 1).toLocaleUpperCase()}${name.slice(1)}`]
    .slice(0, LIMITS.characters.name)
    .join('')
    .trim();
}
