import { nameOfFile } from './name-of-file.ts';
import { type TemplateWish, wishedFields } from './templates/template-values.ts';

/** What somebody wants to make. */
export type Wish = {
  readonly file: File | null;
  readonly name: string;
  /** Empty: the usual one. */
  readonly voice: string;
  readonly template: TemplateWish;
  /** The person shown has agreed. */
  readonly agreed: boolean;
};

export const noWish: Wish = { file: null, name: '', voice: '', template: null, agreed: false };

/** Another file brings its name along, unless a name was typed. */
export function withFile({ file: former, name }: Wish, file: File): Partial<Wish> {
  const isTyped = name.trim() !== '' && name !== (former === null ? '' : nameOfFile(former.name));
  return isTyped ? { file } : { file, name: nameOfFile(file.name) };
}

/** What is asked of the server, beside the file. */
export function fieldsOfWish({ name, voice, template }: Wish) {
  return { name: name.trim(), ...(voice.trim() === '' ? {} : { voice }), ...wishedFields(template, name) };
}

/** What is not there, apart from the name, which says so itself. */
export function missingOf({ file, agreed }: Wish): Readonly<Record<'file' | 'agreed', boolean>> {
  return { file: file === null, agreed: !agreed };
}

export function isComplete(wish: Wish): boolean {
  return !Object.values(missingOf(wish)).includes(true);
}
