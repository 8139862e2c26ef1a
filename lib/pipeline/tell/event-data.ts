import * as z from 'zod';
import { SEVERITIES } from '../../report/finding.ts';
import { EVENT_TYPES, LEFT_OUT_TYPE, TEST_TYPE } from '../../webhook/event-names.ts';
import { RunState } from '../records/run.ts';
import { EndCounts } from '../records/run-counts.ts';
import { TargetState } from '../records/target-states.ts';

const Count = z.number().int().nonnegative();

/** Numbers of findings by severity. */
const Severities = z.object({
  critical: Count,
  high: Count,
  medium: Count,
  low: Count,
  unknown: Count,
});
export type Severities = z.infer<typeof Severities>;

/** Numbers of a run's targets by their state. */
export const TargetCounts = z.object({
  all: Count,
  ...EndCounts.omit({ targets: true, cleanPartly: true }).shape,
});

const RunEnded = z.object({
  run: z.string(),
  state: RunState,
  /** Why the run failed, as in docs/reasons.md. */
  reason: z.string().optional(),
  detail: z.string().optional(),
  trigger: z.enum(['schedule', 'manual']),
  dryRun: z.boolean(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  seconds: Count,
  targets: TargetCounts,
  /** Findings that the run's patches removed, and findings that remain. Absent if unknown. */
  removed: Severities.optional(),
  remaining: Severities.optional(),
});

const ImageEnded = z.object({
  run: z.string(),
  /** `registry/repository:tag`. */
  image: z.string(),
  repository: z.string(),
  tag: z.string(),
  state: z.enum(['patched', 'rejected', 'failed']),
  /** Why it was rejected or failed, as in docs/reasons.md. */
  reason: z.string().optional(),
  detail: z.string().optional(),
  /** The image that was scanned and patched. */
  sourceDigest: z.string().optional(),
  /** The published patch. */
  patchTag: z.string().optional(),
  patchDigest: z.string().optional(),
  /** The floating tag that points to the patch besides. */
  floatingTag: z.string().optional(),
  before: Severities.optional(),
  after: Severities.optional(),
});

const TargetMissed = z.object({
  run: z.string(),
  /** `registry/repository:tag`. */
  image: z.string(),
  repository: z.string(),
  tag: z.string(),
  /** What the run did about it, and why. */
  state: TargetState,
  reason: z.string().optional(),
  detail: z.string().optional(),
  /** Those that this run found beyond their targets first. */
  severities: z.array(
    z.object({
      severity: z.enum(SEVERITIES),
      /** Since when the oldest open finding has had a fix, and for how many whole days. */
      fixSince: z.iso.datetime().optional(),
      days: Count.optional(),
      targetDays: Count.optional(),
    }),
  ),
});

const NoBuilder = z.object({ run: z.string(), detail: z.string() });

const DatabaseOld = z.object({
  run: z.string(),
  databaseTime: z.iso.datetime(),
  /** Whole days at the run's start. */
  days: Count,
  /** True if no image of this run is called clean because of it. */
  tooOld: z.boolean(),
});

const EventsLeftOut = z.object({
  run: z.string(),
  /** Numbers of images of which no event was sent. */
  patched: Count,
  rejected: Count,
  failed: Count,
  targetMissed: Count,
});

const WebhookTest = z.object({ text: z.string() });

/** The `data` of each event, by its `type`. docs/webhooks.md lists the same. */
export const EVENT_DATA = {
  [EVENT_TYPES['run-ended']]: RunEnded,
  [EVENT_TYPES.patched]: ImageEnded,
  [EVENT_TYPES.rejected]: ImageEnded,
  [EVENT_TYPES.failed]: ImageEnded,
  [EVENT_TYPES['target-missed']]: TargetMissed,
  [EVENT_TYPES['no-builder']]: NoBuilder,
  [EVENT_TYPES['database-old']]: DatabaseOld,
  [LEFT_OUT_TYPE]: EventsLeftOut,
  [TEST_TYPE]: WebhookTest,
} as const;
export type EventType = keyof typeof EVENT_DATA;
