/** Copies to the clipboard. Pages without TLS have no clipboard interface; a selected text field serves them. */
export async function copyText(text: string): Promise<boolean> {
  if (globalThis.navigator.clipboard !== undefined) {
    return globalThis.navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
