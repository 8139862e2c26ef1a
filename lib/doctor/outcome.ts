/** The outcome of a check. `detail` and `whatToDo` are for people and hold no secret. */
export type Outcome =
  | { readonly status: 'pass'; readonly detail: string }
  /** It works, but needs attention. */
  | { readonly status: 'warn'; readonly detail: string; readonly whatToDo: string }
  | { readonly status: 'fail'; readonly detail: string; readonly whatToDo: string }
  /** Not checked; `detail` says why. */
  | { readonly status: 'skipped'; readonly detail: string };

export function pass(detail: string): Outcome {
  return { status: 'pass', detail };
}

export function warn(detail: string, whatToDo: string): Outcome {
  return { status: 'warn', detail, whatToDo };
}

export function fail(detail: string, whatToDo: string): Outcome {
  return { status: 'fail', detail, whatToDo };
}

export function skipped(detail: string): Outcome {
  return { status: 'skipped', detail };
}

/** A check with its outcome. */
export type CheckResult = Outcome & {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
};
