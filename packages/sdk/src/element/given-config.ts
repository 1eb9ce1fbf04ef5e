import type { TokenSource, ToolHandler } from '../call-options.ts';
import type { CallConfig } from '../to-wire.ts';

/** The attribute `config`: a JSON object. Null where there is none, or another text. */
export function configOfAttribute(text: string | null): CallConfig | null {
  try {
    const given: unknown = JSON.parse(text ?? '');
    return typeof given === 'object' && given !== null && !Array.isArray(given) ? given : null;
  } catch {
    return null;
  }
}

type Settings = {
  readonly config: CallConfig;
  readonly onToolCall: ToolHandler | undefined;
  readonly getToken: TokenSource | undefined;
  getAttribute(name: string): string | null;
};

/**
 * What a framework has written as an attribute because it did not know the property yet: the value is gone, and only its text is
 * there. A sentence for whoever wrote the page; null when nothing was lost.
 */
export function tellLostValues(element: Settings): string | null {
  const isWritten = (name: string) => element.getAttribute(name.toLowerCase()) !== null;
  const lost = [
    ...(isWritten('config') && Object.keys(element.config).length === 0 ? ['config'] : []),
    ...(isWritten('onToolCall') && element.onToolCall === undefined ? ['onToolCall'] : []),
    ...(isWritten('getToken') && element.getToken === undefined ? ['getToken'] : []),
  ];
  if (lost.length === 0) return null;
  return (
    `${lost.join(' and ')} came as an attribute, which holds text only, so that the value is lost: set it as a property, ` +
    `element.${lost[0]} = …, also before the script has loaded (React: the component of @visavis/sdk/react, or a ref; Vue: .prop; ` +
    'Svelte: bind:this).'
  );
}
