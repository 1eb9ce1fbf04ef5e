import type { FindAddresses } from '@visavis/protocol/address-guard';
import type { Mailer } from '../control/accounts/mailer.ts';
import type { BundleFolders } from '../control/avatars/bundle-folders.ts';
import type { BundleRunner } from '../control/avatars/making/avatar-workshop.ts';
import type { DiskWatch } from '../control/disk/disk-watch.ts';
import type { FilmMeasurer } from '../control/films/film-estimates.ts';
import type { FilmRunner, HostedSpeaker } from '../control/films/film-workshop.ts';
import type { Quotas } from '../control/quotas/quotas.ts';
import type { MasterKeys } from '../control/secrets/master-key.ts';
import type { VoiceDirectory } from '../control/voices/voice-directory.ts';
import type { VoicePreviewOptions } from '../control/voices/voice-previews.ts';
import type { Database } from '../db/database.ts';
import type { BlobStore } from '../files/blob-store.ts';
import type { ConsoleApiDependencies } from '../http/console-api/console-api.ts';
import type { CallControl, EmbeddingsSettings, Logger } from '../ports.ts';
import type { OfferedVoices, ServerVoiceModels } from './voice-services.ts';

export type ConsoleServiceOptions = {
  readonly db: Database;
  readonly masterKeys: MasterKeys;
  readonly folders: BundleFolders;
  /** Of avatars out of the store, on this machine. */
  readonly bundleCache: { readonly folder: string; readonly maxBytes: number };
  /** Folder of the films of calls, until they have ended. */
  readonly recordingsPath: string;
  /** Where films lie that are whole. */
  readonly blobs: BlobStore;
  /** Live calls of this node. */
  readonly calls: CallControl;
  readonly logger: Logger;
  readonly isRegistrationOpen: boolean;
  /** Null: this server sends no mail. */
  readonly mail: { readonly mailer: Mailer; readonly publicUrl: string } | null;
  /** False: what waits for its turn is left to another process. Default true. */
  readonly runsJobs?: boolean;
  /** Left out: no avatars are made from pictures. */
  readonly making?: {
    /** Where files come in. */
    readonly uploadFolder: string;
    /** Where avatars grow until they are whole. */
    readonly workFolder: string;
    readonly run: BundleRunner;
  };
  /** Left out: no films are made. */
  readonly films?: {
    /** Where films grow until they are whole. */
    readonly folder: string;
    /** Of rendered faces. */
    readonly cacheFolder: string;
    readonly run: FilmRunner;
    readonly measure: FilmMeasurer;
    /** Left out: all texts are spoken on this machine. */
    readonly hostedSpeaker?: HostedSpeaker | undefined;
  };
  /** Avatars and films made at once on this machine; one when left out. */
  readonly madeAtOnce?: number;
  /** Hosts with private addresses that pictures, clips and sound may be fetched from. */
  readonly fetchPrivateHosts?: readonly string[];
  /** Hosts with private addresses that tools of avatars may ask. */
  readonly toolPrivateHosts?: readonly string[];
  /** What tells the meaning of documents of avatars; null or left out: they are looked up by their words. */
  readonly embeddings?: EmbeddingsSettings | null;
  /** Where files lie that come over links, until they are whole. Left out: there are no such links. */
  readonly arrivingFolder?: string;
  /** What avatars may name to speak with; anything when left out. */
  readonly offered?: OfferedVoices;
  /** Models of this machine, one of which may answer for the built-in avatars; none when left out. */
  readonly serverVoice?: ServerVoiceModels;
  /** Models that are fetched onto this machine; none can be when left out. */
  readonly machineModels?: ConsoleApiDependencies['machineModels'];
  /** Left out: voices are not described. */
  readonly voices?: VoiceDirectory;
  /** Left out: no voice can be heard before it is chosen. */
  readonly voicePreviews?: VoicePreviewOptions;
  readonly webhooks?: {
    /** Hosts with private addresses that webhooks may reach. */
    readonly privateHosts: readonly string[];
    /** Left out: they are resolved and checked. */
    readonly findAddresses?: FindAddresses;
  };
  /** Left out: the disk is not watched. */
  readonly disk?: Pick<DiskWatch, 'isLow' | 'requireRoom' | 'onLow' | 'minFreeBytes'>;
  /** Where rendered loops of faces lie, and how much they may take. Left out: they are not looked after. */
  readonly renderedFaces?: { readonly folder: string; readonly maxBytes: number };
  /** Left out: the defaults. */
  readonly quotas?: Quotas;
  /** Has quotas of its own; left out or null: there is none. */
  readonly demoProjectId?: string | null;
  readonly points: {
    /** Price of a call minute. */
    readonly perMinute: number;
    /** Points of a new project; null: it is unlimited. */
    readonly free: number | null;
  };
};
