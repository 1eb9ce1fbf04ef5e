import { useEffect } from 'react';
import { navigate } from './router.ts';

/** Goes elsewhere, without a step to come back to. */
export function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
