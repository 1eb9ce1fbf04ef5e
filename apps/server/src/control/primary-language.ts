/** `zh` of `zh-CN`: the primary subtag of a BCP 47 tag, in lower case. */
export function primaryLanguage(tag: string): string {
  return tag.toLowerCase().split('-', 1)[0] ?? '';
}
