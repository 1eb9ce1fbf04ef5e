import {
  type CSSProperties,
  createElement,
  forwardRef,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import type { TokenSource, ToolHandler } from './call-options.ts';
import type { AvatarEventDetails, AvatarEventName } from './element/avatar-events.ts';
import { defineVisavisAvatar, type VisavisAvatarElement } from './element/visavis-avatar.ts';
import type { CallConfig } from './to-wire.ts';

export type VisavisAvatarProps = {
  /** Address of the Visavis server; left out: the page's own host. */
  readonly server?: string;
  readonly license?: string;
  readonly token?: string;
  /** Address of the site's own server that answers a POST with `{"token": "…"}`. */
  readonly tokenUrl?: string;
  /** Gives a token in another way; asked again when it has expired. */
  readonly getToken?: TokenSource;
  /** Name or id. */
  readonly avatar?: string;
  readonly label?: string;
  readonly language?: string;
  readonly voice?: string;
  readonly poster?: string;
  /** Default true, as `typing` and `microphone`. */
  readonly captions?: boolean;
  readonly typing?: boolean;
  readonly microphone?: boolean;
  /** Takes all the room of its parent. */
  readonly fill?: boolean;
  readonly config?: CallConfig;
  readonly className?: string;
  readonly style?: CSSProperties;
  readonly onToolCall?: ToolHandler;
  readonly onConnected?: (detail: AvatarEventDetails['visavis-connected']) => void;
  readonly onReconnecting?: (detail: AvatarEventDetails['visavis-reconnecting']) => void;
  readonly onEnded?: (detail: AvatarEventDetails['visavis-ended']) => void;
  readonly onTranscript?: (detail: AvatarEventDetails['visavis-transcript']) => void;
  readonly onCaption?: (detail: AvatarEventDetails['visavis-caption']) => void;
  readonly onError?: (detail: AvatarEventDetails['visavis-error']) => void;
};

const eventProps = {
  'visavis-connected': 'onConnected',
  'visavis-reconnecting': 'onReconnecting',
  'visavis-ended': 'onEnded',
  'visavis-transcript': 'onTranscript',
  'visavis-caption': 'onCaption',
  'visavis-error': 'onError',
} as const satisfies Record<AvatarEventName, keyof VisavisAvatarProps>;

/** Before anything of the page runs that may start a call. A server that renders pages would warn of it, and has no effects. */
const useFirstEffect = globalThis.document === undefined ? useEffect : useLayoutEffect;

/** `<visavis-avatar>` as a React component; the reference is the element with `start`, `stop`, `say` and `sendText`. */
export const VisavisAvatar = forwardRef(function VisavisAvatar(
  props: VisavisAvatarProps,
  reference: Ref<VisavisAvatarElement>,
) {
  const element = useRef<VisavisAvatarElement>(null);
  const latest = useRef(props);
  useFirstEffect(() => {
    latest.current = props;
    if (element.current === null) return;
    element.current.config = props.config;
    element.current.onToolCall = props.onToolCall;
    element.current.getToken = props.getToken;
  });
  useFirstEffect(() => {
    defineVisavisAvatar();
    const target = element.current;
    const listeners = (Object.keys(eventProps) as AvatarEventName[]).map((name) => {
      const listener = (event: Event) => {
        const handler = latest.current[eventProps[name]] as ((detail: unknown) => void) | undefined;
        handler?.((event as CustomEvent<unknown>).detail);
      };
      target?.addEventListener(name, listener);
      return () => target?.removeEventListener(name, listener);
    });
    return () => {
      for (const stop of listeners) stop();
    };
  }, []);
  useImperativeHandle<VisavisAvatarElement | null, VisavisAvatarElement | null>(reference, () => element.current, []);
  return createElement('visavis-avatar', { ...attributesOf(props), ref: element });
});

function attributesOf(props: VisavisAvatarProps): Record<string, unknown> {
  const { server, license, token, tokenUrl, avatar, label, language, voice, poster, className, style } = props;
  const given = { server, license, token, 'token-url': tokenUrl, avatar, label, language, voice, poster, style };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(className === undefined ? {} : { class: className }),
    ...(props.captions === false ? { captions: 'off' } : {}),
    ...(props.typing === false ? { typing: 'off' } : {}),
    ...(props.microphone === false ? { microphone: 'off' } : {}),
    ...(props.fill === true ? { fill: '' } : {}),
  };
}
