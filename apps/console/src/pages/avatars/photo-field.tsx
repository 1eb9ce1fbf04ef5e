import { Alert, Progress } from '@mantine/core';
import classes from '../../components/console.module.css';
import { useTexts } from '../../i18n/language.tsx';
import { FileChoice, type FileFault } from './file-choice.tsx';

type PhotoFieldProps = {
  readonly file: File | null;
  readonly fault: FileFault;
  /** Why it cannot be left empty; null while nobody has tried. */
  readonly missing: string | null;
  /** Of the sending, 0 to 1; null while nothing is sent. */
  readonly progress: number | null;
  readonly onChoose: (file: File) => void;
};

/** The photo or clip of a form: chosen, judged, and on its way. */
export function PhotoField({ file, fault, missing, progress, onChoose }: PhotoFieldProps) {
  const texts = useTexts().avatars;
  return (
    <>
      <FileChoice file={file} disabled={progress !== null} missing={missing} onChoose={onChoose} />
      {fault !== null && fault !== undefined && (
        <Alert color="red" variant="light" role="alert">
          {texts[fault]}
        </Alert>
      )}
      <p className={classes.muted}>{texts.fileAdvice}</p>
      {progress !== null && (
        <div className={classes.stack}>
          <Progress value={progress * 100} aria-label={texts.uploading} />
          <p className={classes.muted}>{texts.uploaded(Math.floor(progress * 100))}</p>
        </div>
      )}
    </>
  );
}
