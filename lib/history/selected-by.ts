import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { RunId } from '../pipeline/records/run-id.ts';
import { MAX_POLICY_BYTES, parsePolicy } from '../policy/policy.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import { runById } from './find-run.ts';
import type { History } from './history.ts';

/**
 * Says which rule of the policy selected an image in its last run, from that run's copy of the policy.
 * Null if the copy is gone. Two operations.
 */
export async function selectedBy(
  history: Pick<History, 'tables' | 'blobs'>,
  image: Pick<InventoryTag, 'runId' | 'repository' | 'tag'>,
): Promise<string | null> {
  const runId = RunId.safeParse(image.runId);
  const run = runId.success ? await runById(history, runId.data) : undefined;
  if (run?.policyBlob === undefined) return null;
  const blob = await history.blobs.read(CONTAINERS.reports, run.policyBlob, MAX_POLICY_BYTES);
  if (!blob.found) return null;
  const policy = parsePolicy(new TextDecoder().decode(blob.bytes));
  if (!policy.ok) return null;
  const rule = policy.value.repositories.find((one) => one.repository === image.repository);
  if (rule === undefined) return `none: ${image.repository} is not in the policy of that run`;
  const [first] = rule.tags;
  if (first === '*') return `repository ${rule.repository}, every tag`;
  if (rule.tags.some((tag) => tag === image.tag)) {
    return `repository ${rule.repository}, tag ${image.tag} by name`;
  }
  return `none: repository ${rule.repository} names other tags`;
}
