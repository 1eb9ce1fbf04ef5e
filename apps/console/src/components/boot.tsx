import { Logo } from './logo.tsx';

/** A page on its way: the same as `index.html` has in its place, so that nothing jumps when the first script is there. */
export function Boot() {
  return (
    <div className="boot" aria-busy="true">
      <div className="boot-head">
        <Logo />
        Visavis
      </div>
      <div className="boot-body">
        <span />
        <span />
      </div>
    </div>
  );
}
