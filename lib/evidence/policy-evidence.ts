import type { History } from '../history/history.ts';
import { digestOf } from '../image/digest.ts';
import type { Run } from '../pipeline/records/run.ts';
import { MAX_POLICY_BYTES } from '../policy/policy.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import { type EvidencePart, missing } from './evidence-part.ts';

/** The run's copy of the policy, if its content has the digest that the run's row has. */
export async function policyEvidence(
  { blobs }: Pick<History, 'blobs'>,
  { id, policyBlob, policyDigest }: Pick<Run, 'id' | 'policyBlob' | 'policyDigest'>,
): Promise<EvidencePart> {
  const what = `the policy of run ${id}`;
  if (policyBlob === undefined) return missing(what, 'the run read none');
  const blob = await blobs.read(CONTAINERS.reports, policyBlob, MAX_POLICY_BYTES);
  if (!blob.found) return missing(what, `its blob ${policyBlob} is ${blob.why}`);
  if (digestOf(blob.bytes) !== policyDigest) {
    return missing(what, `its blob ${policyBlob} has another digest than the run’s row`);
  }
  return { kind: 'file', path: `runs/${id}/policy.json`, bytes: blob.bytes };
}
