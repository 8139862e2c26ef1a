import type { Reason } from '../../lib/pipeline/records/reasons.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';
import type { DemoOutcome } from './outcome.ts';

/** The outcome that the demo expects for a target. */
export interface Expectation {
  readonly image: string;
  readonly state: TargetState;
  readonly reason?: Reason;
  /** The tag that must be published. */
  readonly publishes?: string;
}

/** One sentence for each target that ended differently, is missing, or is unexpected. */
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
      .map(({ image }) => `${image} was not expected`),
  ];
}

function differences(expectation: Expectation, outcome: DemoOutcome | undefined): string[] {
  const { image } = expectation;
  if (outcome === undefined) return [`${image} was not discovered`];
  const wanted = describe(expectation.state, expectation.reason, expectation.publishes);
  // An outcome may name the tag of an existing patch; it matters only if a tag was expected.
  const tag = expectation.publishes === undefined ? undefined : outcome.patchTag;
  const got = describe(outcome.state, outcome.reason, tag);
  if (wanted === got) return [];
  const detail = outcome.detail === undefined ? '' : ` (${outcome.detail})`;
  return [`${image} was expected to end ${wanted}, and ended ${got}${detail}`];
}

function describe(state: string, reason: string | undefined, tag: string | undefined): string {
  return `${state}${reason === undefined ? '' : `, ${reason}`}${tag === undefined ? '' : ` as ${tag}`}`;
}
