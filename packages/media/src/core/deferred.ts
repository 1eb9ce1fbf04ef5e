export type Deferred<Result> = {
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
};

/** A promise that is settled from outside, as `Promise.withResolvers` gives it from Node 22 on. */
export function deferred<Result>(): Deferred<Result> {
  let resolve: Deferred<Result>['resolve'] = () => {};
  let reject: Deferred<Result>['reject'] = () => {};
  const promise = new Promise<Result>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}
