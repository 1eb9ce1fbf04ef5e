export const socketPath = '/wss/v2/realtime-chat';

/** Sample rate of the microphone's PCM16 little-endian mono on the wire. */
export const microphoneSampleRateHz = 24_000;
