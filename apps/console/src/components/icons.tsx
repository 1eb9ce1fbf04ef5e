import type { ReactNode } from 'react';

/** Line icons on a 24 px grid; they take the colour and size of the text around them. */
function Icon({ children, size = 22 }: { readonly children: ReactNode; readonly size?: number | undefined }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

type IconProps = { readonly size?: number };

export function MicrophoneIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    </Icon>
  );
}

export function CameraIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="3" y="6.5" width="12" height="11" rx="2.5" />
      <path d="m15 10.5 6-3v9l-6-3" />
    </Icon>
  );
}

export function MicrophoneOffIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M15 9.5V6a3 3 0 0 0-5.8-1M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11.5A6.5 6.5 0 0 0 16 16.6m2.1-2.5c.3-.8.4-1.7.4-2.6M12 18v3M4 4l16 16" />
    </Icon>
  );
}

export function HangUpIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M3.5 14.6c-.9-1.5-.7-3.2.6-4.2 4.6-3.5 11.2-3.5 15.8 0 1.3 1 1.5 2.7.6 4.2-.4.7-1.2 1-2 .8l-2.3-.6c-.7-.2-1.2-.8-1.2-1.5v-1.6a11 11 0 0 0-6 0v1.6c0 .7-.5 1.3-1.2 1.5l-2.3.6c-.8.2-1.6-.1-2-.8Z" />
    </Icon>
  );
}

export function SendIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M12 19V5M6 11l6-6 6 6" />
    </Icon>
  );
}

export function SettingsIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
      <circle cx="15" cy="7" r="2.2" />
      <circle cx="9" cy="17" r="2.2" />
    </Icon>
  );
}

export function HoldIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M9.5 14V8.5a1.5 1.5 0 0 1 3 0V13l4.6 1a2.2 2.2 0 0 1 1.7 2.6l-.5 2.6a2.3 2.3 0 0 1-2.2 1.8h-4a3 3 0 0 1-2.3-1.1l-3.6-4.4c-.9-1.2.7-2.7 1.9-1.8Z" />
      <path d="M6.6 10.8a5 5 0 1 1 8.8 0" />
    </Icon>
  );
}

export function CaptionsIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="3" y="5" width="18" height="14" rx="2.5" />
      <path d="M10.5 10.4a2.1 2.1 0 1 0 0 3.2M17 10.4a2.1 2.1 0 1 0 0 3.2" />
    </Icon>
  );
}

export function SpeakerIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />
    </Icon>
  );
}

export function KeyboardIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="3" y="6" width="18" height="12" rx="2.5" />
      <path d="M7 10h.01M11 10h.01M15 10h.01M17.5 10h.01M8 14h8" />
    </Icon>
  );
}

export function ThumbIcon({ size, isDown = false }: IconProps & { readonly isDown?: boolean }) {
  const shape = (
    <path d="M7 10.5v9.5H4v-9.5ZM7 11l4-7.5c1.5 0 2.5 1 2.5 2.4L13 9.5h5.2c1.3 0 2.1 1.2 1.7 2.4l-2 6.4c-.3 1-1.2 1.7-2.2 1.7H7" />
  );
  return <Icon size={size}>{isDown ? <g transform="rotate(180 12 12)">{shape}</g> : shape}</Icon>;
}

export function AlertIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M12 8v4.5M12 16h.01" />
      <circle cx="12" cy="12" r="9" />
    </Icon>
  );
}

export function CloseIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="m6 6 12 12M18 6 6 18" />
    </Icon>
  );
}

export function ChevronIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="m6 9.5 6 6 6-6" />
    </Icon>
  );
}

export function CopyIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="9" y="9" width="11" height="11" rx="2" />
      <path d="M5 15H4.5A1.5 1.5 0 0 1 3 13.5V4.5A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5" />
    </Icon>
  );
}

export function PlayIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M7 4.5v15l12-7.5z" />
    </Icon>
  );
}

export function CheckIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="m5 12.5 4.5 4.5L19 7.5" />
    </Icon>
  );
}

export function StopIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="7" y="7" width="10" height="10" rx="2" />
    </Icon>
  );
}

export function ArrowUpIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M12 19V5M6 11l6-6 6 6" />
    </Icon>
  );
}

export function ArrowDownIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M12 5v14M6 13l6 6 6-6" />
    </Icon>
  );
}

export function GlobeIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <circle cx="12" cy="12" r="9" />
      <path d="M3 12h18M12 3c2.7 2.6 4 5.6 4 9s-1.3 6.4-4 9c-2.7-2.6-4-5.6-4-9s1.3-6.4 4-9" />
    </Icon>
  );
}

export function MoreIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M5.5 12h.01M12 12h.01M18.5 12h.01" strokeWidth={3} />
    </Icon>
  );
}

export function GridIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z" />
    </Icon>
  );
}

export function ListIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M4.5 6.5h15M4.5 12h15M4.5 17.5h15" />
    </Icon>
  );
}

export function FilmIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <rect x="3" y="5" width="18" height="14" rx="2.5" />
      <path d="M7.5 5v14M16.5 5v14M3 9.7h4.5M3 14.3h4.5M16.5 9.7H21M16.5 14.3H21" />
    </Icon>
  );
}

export function PauseIcon({ size }: IconProps) {
  return (
    <Icon size={size}>
      <path d="M8.5 5v14M15.5 5v14" strokeWidth={3} />
    </Icon>
  );
}
