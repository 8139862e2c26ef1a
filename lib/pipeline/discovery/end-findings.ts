import { withoutFindings } from '../records/examine-tag.ts';
import type { RunId } from '../records/run-id.ts';
import type { Services } from '../services.ts';
import type { TagName } from '../stores/findings.ts';

/** Ends the findings of a tag that was deleted or has left the policy, unless a run found it later. */
export async function endFindings(
  services: Pick<Services, 'findings' | 'options'>,
  tag: TagName,
  by: { readonly runId: RunId; readonly at: Date },
): Promise<void> {
  if (!services.options.findings) return;
  await services.findings.change(tag, (known) => withoutFindings(known, by));
}
