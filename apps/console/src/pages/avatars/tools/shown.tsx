import classes from '../../../components/console.module.css';
import own from './tool-builder.module.css';

/** Words of programs, below what they are. */
export function Shown({ label, code }: { readonly label: string; readonly code: string }) {
  return (
    <figure className={own.shown}>
      <figcaption>{label}</figcaption>
      <pre className={classes.code}>{code}</pre>
    </figure>
  );
}
