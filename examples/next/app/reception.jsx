'use client';

import { VisavisAvatar } from '@visavis/sdk/react';

export function Reception({ server }) {
  return <VisavisAvatar server={server} avatar="navtalk.Iris" tokenUrl="/avatar-token" />;
}
