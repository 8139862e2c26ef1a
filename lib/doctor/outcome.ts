/** The outcome of a check. All texts are for people and hold no secret. */
export type Outcome =
  | { readonly status: 'pass'; readonly detail: string }
  /** It works, but needs attention. */
  | { readonly status: 'warn'; readonly detail: string; readonly whatToDo: string }
  | {
      readonly status: 'fail';
      readonly detail: string;
      /** Set if there are several. The report shows one a line. */
      readonly faults?: readonly string[] | undefined;
      readonly whatToDo: string;
    }
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

/** Fails with one fault or more, all found in `where`. */
export function failEach(
  faults: readonly string[],
  { where, whatToDo }: { readonly where?: string; readonly whatToDo: string },
): Outcome {
  const [only = ''] = faults;
  if (faults.length === 1) {
    return fail(where === undefined ? only : `${where}: ${only}`, whatToDo);
  }
  const detail = `${faults.length} faults${where === undefined ? '' : ` in ${where}`}`;
  return failWith(detail, faults, whatToDo);
}

/** Fails with this summary and lists its faults. */
export function failWith(detail: string, faults: readonly string[], whatToDo: string): Outcome {
  return { status: 'fail', detail, faults, whatToDo };
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
