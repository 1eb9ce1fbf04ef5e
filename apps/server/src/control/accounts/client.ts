/** The request that acts, as far as accounts need it. */
export type Client = {
  readonly cookie: string | undefined;
  readonly userAgent: string | undefined;
  readonly ipAddress: string;
};

/** `setCookies` go into the answer's `Set-Cookie` headers. */
export type WithCookies<Value> = { readonly value: Value; readonly setCookies: readonly string[] };
