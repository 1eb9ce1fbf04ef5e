import { LIMITS } from '@visavis/protocol';
import { ACCEPTED_FILES, type FileKind, fileKind, HEAD_BYTES } from '@visavis/protocol/file-kind';
import { useEffect, useId, useState } from 'react';
import { useFileDrop } from '../../components/use-file-drop.ts';
import { useObjectUrl } from '../../components/use-object-url.ts';
import { useTexts } from '../../i18n/language.tsx';
import own from './new-avatar.module.css';

type FileChoiceProps = {
  readonly file: File | null;
  readonly disabled: boolean;
  /** Why it cannot be left empty; null while nobody has tried. */
  readonly missing: string | null;
  readonly onChoose: (file: File) => void;
};

const isVideo = (file: File) => file.type.startsWith('video/');

export type FileFault = 'wrongKind' | 'tooLarge' | null | undefined;

/** Why the server would refuse the file, as far as its first bytes and size tell; undefined until they are read. */
export function useFileFault(file: File | null): FileFault {
  const [read, setRead] = useState<{ readonly file: File; readonly kind: FileKind | null } | null>(null);
  useEffect(() => {
    if (file === null) return;
    let isCurrent = true;
    void readKind(file).then((kind) => {
      if (isCurrent) setRead({ file, kind });
    });
    return () => {
      isCurrent = false;
    };
  }, [file]);
  if (file === null || read?.file !== file) return undefined;
  if (read.kind === null) return 'wrongKind';
  return file.size > LIMITS.bytes[read.kind.kind] ? 'tooLarge' : null;
}

/** Null also for a file that cannot be read, such as a folder. */
async function readKind(file: File): Promise<FileKind | null> {
  try {
    return await fileKind(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  } catch {
    return null;
  }
}

/** A photo or clip, dropped or chosen; shown once it is there. */
export function FileChoice({ file, disabled, missing, onChoose }: FileChoiceProps) {
  const texts = useTexts().avatars;
  const address = useObjectUrl(file);
  const choose = (files: FileList | null | undefined) => {
    const chosen = files?.[0];
    if (chosen !== undefined && !disabled) onChoose(chosen);
  };
  const drop = useFileDrop(choose);
  const missingId = useId();
  return (
    <label className={own.drop} data-over={drop.isOver} data-missing={missing !== null} {...drop.target}>
      <input
        type="file"
        className="visually-hidden"
        accept={ACCEPTED_FILES}
        aria-label={texts.file}
        aria-invalid={missing !== null}
        aria-describedby={missing === null ? undefined : missingId}
        disabled={disabled}
        onChange={(event) => choose(event.currentTarget.files)}
      />
      {file !== null && address !== null ? (
        <>
          {isVideo(file) ? <video src={address} muted playsInline preload="metadata" /> : <img src={address} alt="" />}
          <span>{texts.otherFile(file.name)}</span>
        </>
      ) : (
        <>
          <strong>{texts.dropHere}</strong>
          <span>{texts.fileHint}</span>
        </>
      )}
      {missing !== null && (
        <span id={missingId} className={own.missing}>
          {missing}
        </span>
      )}
    </label>
  );
}
