import type { Reason } from '../../lib/pipeline/records/reasons.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';
import type { DemoOutcome } from './outcome.ts';

/** How the demo knows that a target must end. */
export interface Expectation {
  readonly image: string;
  readonly state: TargetState;
  readonly reason?: Reason;
  /** The tag that must be published. */
  readonly publishes?: string;
}

/** One sentence for each target that ended otherwise, is missing, or was not to be there. */
export function unexpectedOutcomes(
  expected: readonly Expectation[],
  outcomes: readonly DemoOutcome[],
): string[] {
  const found = new Map(outcomes.map((outcome) => [outcome.image, outcome]));
  const known = new Set(expected.map(({ image }) => image));
  return [
    ...expected.flatMap((expectation) => differences(expectation, found.get(expectation.image))),
    ...outcomes
      .filter(({ image }) => !known.has(image))
      .map(({ image }) => `${image} was not expected to be looked at`),
  ];
}

function differences(expectation: Expectation, outcome: DemoOutcome | undefined): string[] {
  const { image } = expectation;
  if (outcome === undefined) return [`${image} was not looked at`];
  const wanted = describe(expectation.state, expectation.reason, expectation.publishes);
  // The tag of a patch that stands already is told too: it matters only where one was expected.
  const tag = expectation.publishes === undefined ? undefined : outcome.patchTag;
  const got = describe(outcome.state, outcome.reason, tag);
  if (wanted === got) return [];
  const detail = outcome.detail === undefined ? '' : ` (${outcome.detail})`;
  return [`${image} was expected to end ${wanted}, and ended ${got}${detail}`];
}

function describe(state: string, reason: string | undefined, tag: string | undefined): string {
  return `${state}${reason === undefined ? '' : `, ${reason}`}${tag === undefined ? '' : ` as ${tag}`}`;
}
