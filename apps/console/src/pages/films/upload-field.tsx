import { Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { uploadLinkQuery } from '../../api/film-queries.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Problem } from '../../components/page.tsx';
import { useFileDrop } from '../../components/use-file-drop.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import type { SentFile } from './film-wish.ts';
import own from './new-film.module.css';
import { percentOf, useSizes } from './sizes.ts';
import type { FileSending } from './use-file-sending.ts';

type UploadFieldProps = {
  readonly sending: FileSending;
  readonly label: string;
  /** What the file chooser offers. */
  readonly accept: string;
  readonly invitation: string;
  /** How large it may be, and which formats are read. */
  readonly limits: readonly string[];
  readonly wrong: string;
  /** Why it cannot be left empty; null while nobody has tried. */
  readonly missing: string | null;
};

/** A file of the disk: dropped or chosen, judged, on its way, and there. */
export function UploadField(props: UploadFieldProps) {
  const { sending, label, accept, invitation, limits, missing } = props;
  const faultId = useId();
  const fault = useFault(props) ?? (sending.sent === null ? missing : null);
  const choose = (files: FileList | null) => {
    const file = files?.[0];
    if (file !== undefined) sending.choose(file);
  };
  const drop = useFileDrop(choose);
  return (
    <div className={own.upload}>
      {sending.sent !== null && <SentRow sending={sending} sent={sending.sent} />}
      <label
        className={own.drop}
        data-over={drop.isOver}
        data-small={sending.sent !== null}
        data-missing={fault !== null}
        {...drop.target}
      >
        <input
          type="file"
          className="visually-hidden"
          accept={accept}
          aria-label={label}
          aria-invalid={fault !== null}
          aria-describedby={fault === null ? undefined : faultId}
          onChange={(event) => {
            choose(event.currentTarget.files);
            // The same file again is a choice, too.
            event.currentTarget.value = '';
          }}
        />
        <strong>{invitation}</strong>
        {sending.sent === null && limits.map((sentence) => <span key={sentence}>{sentence}</span>)}
      </label>
      {fault !== null && (
        <p id={faultId} className={own.fault} role="alert">
          {fault}
        </p>
      )}
      <Problem error={sending.error} />
    </div>
  );
}

/** What is wrong with the file that was chosen last. */
function useFault({ sending: { refused }, wrong }: UploadFieldProps): string | null {
  const { form } = useFilmsTexts();
  const { size } = useSizes();
  if (refused === null) return null;
  return refused.fault === 'wrong' ? wrong : form.tooLarge(size(refused.limitBytes));
}

/** The file that is chosen, and how far it is. */
export function SentRow({ sending, sent }: { readonly sending: FileSending; readonly sent: SentFile }) {
  const { upload: texts, form } = useFilmsTexts();
  const { size } = useSizes();
  const { name, bytes, isGone } = useNamed(sending.projectId, sent);
  const { phase, fault } = sending.standing ?? { phase: sent.isReady ? 'ready' : 'left', fault: null };
  return (
    <div className={own.sent} data-phase={phase}>
      <div className={own.sentHead}>
        <strong>{bytes === 0 ? name : texts.sent(name, size(bytes))}</strong>
        <Button variant="subtle" color="red" size="compact-sm" onClick={sending.remove}>
          {texts.remove}
        </Button>
      </div>
      {phase === 'left' && <Left sending={sending} sent={sent} />}
      {(phase === 'sending' || phase === 'paused' || phase === 'failed') && <Underway sending={sending} sent={sent} />}
      {fault !== null && (
        <p className={own.fault} role="alert">
          {texts.faults[fault]}
        </p>
      )}
      {isGone && (
        <p className={own.fault} role="alert">
          {form.fileGone}
        </p>
      )}
      {phase === 'ready' && !isGone && (
        <div className={own.sentHead}>
          <span role="status">{texts.ready}</span>
          <CopyButton text={sent.url} label={texts.copyLink} size="sm" />
        </div>
      )}
    </div>
  );
}

/** Of files that are named by their links alone. */
function useNamed(projectId: string, sent: SentFile): Pick<SentFile, 'name' | 'bytes'> & { readonly isGone: boolean } {
  const { data, error } = useQuery({ ...uploadLinkQuery(projectId, sent.uploadId), enabled: sent.isReady });
  const { name = '', bytes = null } = data ?? {};
  const isGone = error instanceof ApiProblem && error.status === 404;
  return { name: sent.name || name || '…', bytes: sent.bytes || (bytes ?? 0), isGone };
}

/** A file that was on its way when the page was loaded anew: how much of it came is told by its link. */
function Left({ sending, sent }: { readonly sending: FileSending; readonly sent: SentFile }) {
  const texts = useFilmsTexts().upload;
  const received = useQuery(uploadLinkQuery(sending.projectId, sent.uploadId)).data?.received ?? 0;
  if (sending.isRecorded) return <p>{texts.lost}</p>;
  return <p>{texts.again(sent.name, percentOf(received, sent.bytes))}</p>;
}

function Underway({ sending, sent }: { readonly sending: FileSending; readonly sent: SentFile }) {
  const texts = useFilmsTexts().upload;
  const { size } = useSizes();
  const { phase = 'paused', sentBytes = 0 } = sending.standing ?? {};
  const percent = percentOf(sentBytes, sent.bytes);
  return (
    <>
      <Progress value={percent} aria-label={texts.sending} />
      <div className={own.sentHead}>
        <span>
          {phase === 'paused' ? texts.paused(percent) : texts.progress(percent, size(sentBytes), size(sent.bytes))}
        </span>
        {phase === 'sending' ? (
          <Button variant="default" size="compact-sm" onClick={sending.pause}>
            {texts.pause}
          </Button>
        ) : (
          <Button variant="default" size="compact-sm" onClick={sending.resume}>
            {phase === 'paused' ? texts.resume : texts.retry}
          </Button>
        )}
      </div>
    </>
  );
}
