import * as z from 'zod';
import { FindingState, type TagFinding } from '../pipeline/records/tag-finding.ts';
import { SEVERITIES } from '../report/finding.ts';
import { Text, Time, viewOf } from './view.ts';

/** A vulnerability in one tag. `docs/history.md` explains the states and the times. */
export const FindingView = z
  .object({
    vulnerability: z.string(),
    image: z.string(),
    repository: z.string(),
    tag: z.string(),
    state: FindingState,
    severity: z.enum(SEVERITIES),
    packages: z.string(),
    installed: z.string(),
    fixedVersion: Text,
    digest: Text,
    seenSince: Time,
    fixSince: Time,
    patchedAt: Time,
    goneAt: Time,
    runId: z.string(),
    writtenAt: Time,
  })
  .meta({ id: 'Finding' });
export type FindingView = z.infer<typeof FindingView>;

export function findingView(finding: TagFinding): FindingView {
  const { repository, tag, fixedVersion } = finding;
  const image = `${repository}:${tag}`;
  return viewOf(FindingView, { ...finding, image, fixedVersion: fixedVersion || null });
}
