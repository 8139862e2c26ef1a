import * as z from 'zod';
import { Reason } from '../pipeline/records/reasons.ts';
import type { Target } from '../pipeline/records/target.ts';
import { TargetState } from '../pipeline/records/target-states.ts';
import { RemainingPackage } from '../report/remaining-findings.ts';
import { Count, Text, Time, viewOf } from './view.ts';

/** What one run did about one tag. `before` counts the findings of the source, `after` of its patch. */
export const TargetView = z
  .object({
    image: z.string(),
    runId: z.string(),
    repository: z.string(),
    tag: z.string(),
    state: TargetState,
    reason: Reason.nullable(),
    detail: Text,
    /** One line for each change of its state: time, state, reason, job. */
    events: Text,
    digest: Text,
    sourceDigest: Text,
    patchTag: Text,
    patchDigest: Text,
    osFamily: Text,
    osName: Text,
    architecture: Text,
    heldBy: Text,
    tools: Text,
    builder: Text,
    beforeCritical: Count,
    beforeHigh: Count,
    beforeMedium: Count,
    beforeLow: Count,
    beforeUnknown: Count,
    beforeFixable: Count,
    afterCritical: Count,
    afterHigh: Count,
    afterMedium: Count,
    afterLow: Count,
    afterUnknown: Count,
    afterFixable: Count,
    openSinceCritical: Time,
    openSinceHigh: Time,
    openSinceMedium: Time,
    openSinceLow: Time,
    openSinceUnknown: Time,
    unlisted: Count,
    examinedAt: Time,
    remaining: z.array(RemainingPackage).nullable(),
    reportBefore: Text,
    reportAfter: Text,
    log: Text,
    discoveredAt: Time,
    scannedAt: Time,
    verifiedAt: Time,
    finishedAt: Time,
  })
  .meta({ id: 'Target' });
export type TargetView = z.infer<typeof TargetView>;

export function targetView(target: Target): TargetView {
  return viewOf(TargetView, { ...target, image: `${target.repository}:${target.tag}` });
}
