/** What a check found. `detail` and `whatToDo` are for people and hold no secret. */
export type Outcome =
  | { readonly status: 'pass'; readonly detail: string }
  /** It works, but somebody should look at it. */
  | { readonly status: 'warn'; readonly detail: string; readonly whatToDo: string }
  | { readonly status: 'fail'; readonly detail: string; readonly whatToDo: string }
  /** Nothing can be said: `detail` tells why. */
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

/** A check and what it found. */
export type CheckResult = Outcome & {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
};
