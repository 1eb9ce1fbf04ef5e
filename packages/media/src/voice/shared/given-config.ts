import type { VoiceConfig } from '../../core/voice-port.ts';

/** The configuration with what a change gives; what it leaves out or empty stays as it was. */
export function withGiven(config: VoiceConfig, change: Partial<VoiceConfig>): VoiceConfig {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined && value !== ''));
  return { ...config, ...given };
}
