/** Measures of the media as received; null where the browser does not tell. */
export type CallStatistics = {
  readonly roundTripTimeMs: number | null;
  readonly framesPerSecond: number | null;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  /** Mean time that a frame or sample waited in the jitter buffer since the last reading. */
  readonly videoJitterBufferMs: number | null;
  readonly audioJitterBufferMs: number | null;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly bytesReceived: number;
  /** Since the last reading; null on the first one. */
  readonly receivedKbps: number | null;
  readonly videoCodec: string | null;
};

type Report = Readonly<Record<string, unknown>>;

type JitterTotals = { readonly delayS: number; readonly emitted: number };

/** Turns the reports of W3C "Identifiers for WebRTC's Statistics API" into one flat reading. */
export class StatisticsReader {
  #lastBytes: { bytes: number; timestampMs: number } | null = null;
  #jitter: { video: JitterTotals; audio: JitterTotals } = {
    video: { delayS: 0, emitted: 0 },
    audio: { delayS: 0, emitted: 0 },
  };

  read(reports: { forEach(visit: (report: Report) => void): void }): CallStatistics {
    const all: Report[] = [];
    // biome-ignore lint/complexity/noForEach: RTCStatsReport is declared with forEach alone.
    reports.forEach((report) => {
      all.push(report);
    });
    const inbound = all.filter((report) => report.type === 'inbound-rtp');
    const video = inbound.find((report) => report.kind === 'video') ?? {};
    const audio = inbound.find((report) => report.kind === 'audio') ?? {};
    const codec = all.find((report) => report.id === video.codecId && report.type === 'codec');
    const bytesReceived = numberOf(video, 'bytesReceived') + numberOf(audio, 'bytesReceived');
    return {
      roundTripTimeMs: roundTripTimeMs(all),
      framesPerSecond: optionalNumber(video, 'framesPerSecond'),
      framesDecoded: numberOf(video, 'framesDecoded'),
      framesDropped: numberOf(video, 'framesDropped'),
      widthPx: optionalNumber(video, 'frameWidth'),
      heightPx: optionalNumber(video, 'frameHeight'),
      videoJitterBufferMs: this.#jitterBufferMs('video', video),
      audioJitterBufferMs: this.#jitterBufferMs('audio', audio),
      packetsReceived: numberOf(video, 'packetsReceived') + numberOf(audio, 'packetsReceived'),
      packetsLost: numberOf(video, 'packetsLost') + numberOf(audio, 'packetsLost'),
      bytesReceived,
      receivedKbps: this.#receivedKbps(bytesReceived, numberOf(video, 'timestamp') || numberOf(audio, 'timestamp')),
      videoCodec: typeof codec?.mimeType === 'string' ? codec.mimeType.replace('video/', '') : null,
    };
  }

  #receivedKbps(bytes: number, timestampMs: number): number | null {
    const last = this.#lastBytes;
    this.#lastBytes = { bytes, timestampMs };
    if (last === null || timestampMs <= last.timestampMs) return null;
    return ((bytes - last.bytes) * 8) / (timestampMs - last.timestampMs);
  }

  #jitterBufferMs(kind: 'video' | 'audio', report: Report): number | null {
    const last = this.#jitter[kind];
    const now = {
      delayS: numberOf(report, 'jitterBufferDelay'),
      emitted: numberOf(report, 'jitterBufferEmittedCount'),
    };
    this.#jitter[kind] = now;
    const emitted = now.emitted - last.emitted;
    return emitted > 0 ? ((now.delayS - last.delayS) / emitted) * 1000 : null;
  }
}

function roundTripTimeMs(reports: readonly Report[]): number | null {
  const transport = reports.find((report) => report.type === 'transport');
  const pairs = reports.filter((report) => report.type === 'candidate-pair');
  const chosen =
    pairs.find((pair) => pair.id === transport?.selectedCandidatePairId) ??
    pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded');
  const seconds = chosen === undefined ? null : optionalNumber(chosen, 'currentRoundTripTime');
  return seconds === null ? null : seconds * 1000;
}

function optionalNumber(report: Report, key: string): number | null {
  const value = report[key];
  return typeof value === 'number' ? value : null;
}

function numberOf(report: Report, key: string): number {
  return optionalNumber(report, key) ?? 0;
}
