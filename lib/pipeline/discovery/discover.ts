import { type Digest, digestOf } from '../../image/digest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { chosenOf } from '../../image/tag-convention.ts';
import { loadPolicyText } from '../../policy/load-policy.ts';
import { MAX_POLICY_BYTES, type Policy, parsePolicy } from '../../policy/policy.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { databaseWarning } from '../database-fault.ts';
import type { Run, RunFault } from '../records/run.ts';
import { withWarnings } from '../records/run-warnings.ts';
import type { Services } from '../services.ts';
import { timeOfDatabase } from './database-time.ts';
import { discoverTags, nextRepository, wantedTags } from './discover-tags.ts';
import { blankTarget, storeTargets } from './discovered-targets.ts';
import { failFaultyEntries } from './faulty-entries.ts';
import { retireAbsent, retireOthers } from './retire-absent.ts';

export type DiscoveryStep =
  | { readonly fault: RunFault; readonly detail: string }
  | { readonly changes: Partial<Run> };

/** One step of discovery, from the cursor on. Idempotent: existing rows stay unchanged. */
export async function discoverStep(services: Services, run: Run): Promise<DiscoveryStep> {
  if (run.policyDigest === undefined) return begin(services, run);
  const { policy } = await storedPolicy(services, run.policyBlob);
  const rule = policy.repositories[run.cursorRepository];
  if (rule === undefined) return { changes: await finish(services, run, policy) };
  if (!rule.enabled) {
    await retireAbsent(services, run, rule.repository);
    return { changes: nextRepository(run) };
  }
  return { changes: await discoverTags(services, run, policy, rule) };
}

/** The last steps: rows for entries that can't be used, and repositories that have left the policy. */
async function finish(services: Services, run: Run, policy: Policy): Promise<Partial<Run>> {
  const listed = await failFaultyEntries(services, run, policy);
  return listed ?? retireOthers(services, run, policy);
}

/** Pins the policy's text and the database's digest for the whole run. */
async function begin(services: Services, run: Run): Promise<DiscoveryStep> {
  const { registry, options, blobs } = services;
  const loaded = await loadPolicyText({ registry, setting: options.policySetting });
  if (!loaded.found) return { fault: 'policy-missing', detail: loaded.detail };
  const parsed = parsePolicy(loaded.text, options);
  if (!parsed.ok) {
    return { fault: 'policy-invalid', detail: [`in ${loaded.from}`, ...parsed.fault].join('\n') };
  }
  const { repository, tag } = options.database;
  // Pulls the manifest, since reading the tag's attributes does not refresh a cache rule.
  const database = await registry.manifest(repository, tag);
  if (database === undefined) {
    return {
      fault: 'database-missing',
      detail: `${repository}:${tag} does not exist in the registry`,
    };
  }
  const made = await timeOfDatabase(registry, repository, database);
  const pins = databasePins(
    services,
    run,
    database.digest,
    made instanceof Date ? made : undefined,
  );
  const policyBlob = `${run.id}/policy.json`;
  const bytes = new TextEncoder().encode(loaded.text);
  const kept = await blobs.create(CONTAINERS.reports, policyBlob, bytes, 'application/json');
  // A previous step stored a policy and crashed: the run uses that one.
  const { bytes: stored, policy } =
    kept === 'exists' ? await storedPolicy(services, policyBlob) : { bytes, policy: parsed.value };
  return {
    changes: {
      ...pins,
      ...withWarnings(
        { ...run, ...pins },
        policy.warnings.map((line) => `policy: ${line}`),
      ),
      policyBlob,
      policyDigest: digestOf(stored),
      tagConvention: chosenOf(policy['tag-convention']).convention,
    },
  };
}

function databasePins(
  { clock, options, log }: Services,
  run: Run,
  databaseDigest: Digest,
  databaseTime: Date | undefined,
): Partial<Run> {
  const warning = databaseWarning(databaseTime, options, clock.now());
  // An alert looks for this line (infra/modules/alerts.bicep).
  if (warning !== undefined) log.warn('database is old', { runId: run.id, detail: warning });
  return {
    databaseDigest,
    targetDays: options.targetDays,
    ...(databaseTime !== undefined && { databaseTime }),
    ...withWarnings(run, [warning]),
  };
}

async function storedPolicy(
  services: Services,
  policyBlob: string | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly policy: Policy }> {
  const stored = await services.blobs.read(CONTAINERS.reports, policyBlob ?? '', MAX_POLICY_BYTES);
  if (!stored.found) throw new Error('the stored policy of this run was deleted');
  const parsed = parsePolicy(new TextDecoder().decode(stored.bytes), services.options);
  if (!parsed.ok) throw new Error('the stored policy of this run does not parse');
  return { bytes: stored.bytes, policy: parsed.value };
}

/**
 * A row that can't be written only lacks the mark. Discovery must not stop because of it. Returns false if
 * rows are left for the next step.
 */
async function markStale(
  services: Services,
  run: Run,
  repository: RepositoryName,
): Promise<boolean> {
  try {
    return await services.inventory.markStale(repository, run.createdAt);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    services.log.error('rows not marked as stale', {
      runId: run.id,
      repository,
      detail: error.message,
    });
    return true;
  }
}

/** Gives up a repository that can't be listed, so that discovery continues with the others. */
export async function giveRepositoryUp(
  services: Services,
  run: Run,
): Promise<Partial<Run> | undefined> {
  if (run.policyDigest === undefined) return undefined;
  const { policy } = await storedPolicy(services, run.policyBlob);
  const rule = policy.repositories[run.cursorRepository];
  if (rule === undefined) return undefined;
  services.log.error('repository given up', { runId: run.id, repository: rule.repository });
  await storeTargets(
    services,
    wantedTags(run, rule).map((tag) => {
      const target = blankTarget(services, run, rule, tag);
      const finishedAt = target.discoveredAt;
      return {
        ...target,
        state: 'failed',
        reason: 'registry-error',
        detail: run.detail,
        finishedAt,
      };
    }),
  );
  const isMarked = run.images !== undefined || (await markStale(services, run, rule.repository));
  // The next step gives the repository up again, and marks the rest.
  if (!isMarked) return { errors: run.errors };
  const warning = `${rule.repository} was given up: its rows in the inventory are from earlier runs`;
  return { ...nextRepository(run), errors: 0, ...withWarnings(run, [warning]) };
}
