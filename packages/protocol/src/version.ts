/** Version of the v2 message set served here. It grows when an extension is added; NavTalk clients never read it. */
export const PROTOCOL_VERSION = '2.0';

export const REALTIME_V2_PATH = '/wss/v2/realtime-chat';

/** Hosts of the closed service: clients that name them in their code are led here by the DNS of whoever runs them. */
export const NAVTALK_HOSTS = ['transfer.navtalk.ai', 'api.navtalk.ai'] as const;

/** Time between `realtime.session.created` and `realtime.session.updated`, in which clients of ours send their history. */
export const HISTORY_GAP_MS = 150;

/** The same for all others: one that opens its microphone by itself and again at `updated` would open two before the first is there. */
export const PATIENT_HISTORY_GAP_MS = 1000;

/** PCM16 little-endian, mono, base64, in both directions. */
export const AUDIO_SAMPLE_RATE_HZ = 24_000;
