import { type Digest, digestOf } from '../image/digest.ts';
import { baseOfPatchTag, nextPatchTag, TAG_CONVENTIONS } from '../image/patch-tags.ts';
import { Tag } from '../image/reference.ts';
import { loadPolicyText } from '../policy/load-policy.ts';
import {
  MAX_POLICY_BYTES,
  type Policy,
  parsePolicy,
  type RepositoryRule,
} from '../policy/policy.ts';
import { RegistryError, type RegistryErrorCode, type TagAttributes } from '../registry/registry.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import { plainText } from '../text/plain-text.ts';
import { allTags } from './all-tags.ts';
import { inParallel } from './in-parallel.ts';
import { inspectImage } from './inspect-image.ts';
import { recordInventory, rememberPatches } from './inventory.ts';
import { patchReader } from './known-patches.ts';
import type { RunFault, RunRow } from './records/run-row.ts';
import { type KnownPatch, type TargetRow, targetRowKey } from './records/target-row.ts';
import type { Services } from './services.ts';
import { isTerminal } from './target-states.ts';

/** Tags that one step looks at: some three requests each, well inside a function's time. */
const TAGS_A_STEP = 400;
const AT_ONCE = 8;
const MAX_KNOWN_PATCHES = 20;
const BY_NUMBER = new Intl.Collator('en', { numeric: true });
/** Failures of the content that was asked for, and not of the registry. */
const SPOILED: ReadonlySet<RegistryErrorCode> = new Set([
  'too-large',
  'invalid',
  'digest-mismatch',
]);

export type DiscoveryStep =
  | { readonly fault: RunFault; readonly detail: string }
  | { readonly changes: Partial<RunRow> };

/** One step of discovery, from the cursor on. Doing a step again finds its rows there. */
export async function discoverStep(services: Services, run: RunRow): Promise<DiscoveryStep> {
  if (run.policyDigest === undefined) return begin(services, run);
  const { policy } = await storedPolicy(services, run.policyBlob);
  const rule = policy.repositories[run.cursorRepository];
  if (rule === undefined) return { changes: { state: 'running' } };
  if (!rule.enabled) return { changes: nextRepository(run) };
  return { changes: await discoverTags(services, run, policy, rule) };
}

/** Pins what the whole run goes by: the policy's text and the database's digest. */
async function begin(services: Services, run: RunRow): Promise<DiscoveryStep> {
  const { registry, options, blobs } = services;
  const loaded = await loadPolicyText({ registry, setting: options.policySetting });
  if (!loaded.found) return { fault: 'policy-missing', detail: loaded.detail };
  const parsed = parsePolicy(loaded.text, options);
  if (!parsed.ok) {
    return { fault: 'policy-invalid', detail: [`in ${loaded.from}`, ...parsed.faults].join('\n') };
  }
  const { repository, tag } = options.database;
  // A pull, and not a look at the tag: a cache rule of the registry is refreshed by pulls alone.
  const database = await registry.manifest(repository, tag);
  if (database === undefined) {
    return {
      fault: 'database-missing',
      detail: `there is no ${repository}:${tag} in the registry`,
    };
  }
  const policyBlob = `${run.runId}/policy.json`;
  const bytes = new TextEncoder().encode(loaded.text);
  const kept = await blobs.create(CONTAINERS.reports, policyBlob, bytes, 'application/json');
  // A step that was cut off has stored it already: what it stored is what the run goes by.
  if (kept === 'exists') return { changes: await pinned(services, policyBlob, database.digest) };
  return {
    changes: {
      policyBlob,
      policyDigest: digestOf(bytes),
      tagConvention: parsed.policy['tag-convention'],
      databaseDigest: database.digest,
    },
  };
}

async function pinned(
  services: Services,
  policyBlob: string,
  databaseDigest: Digest,
): Promise<Partial<RunRow>> {
  const { bytes, policy } = await storedPolicy(services, policyBlob);
  const tagConvention = policy['tag-convention'];
  return { policyBlob, policyDigest: digestOf(bytes), tagConvention, databaseDigest };
}

async function storedPolicy(
  services: Services,
  policyBlob: string | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly policy: Policy }> {
  const stored = await services.blobs.read(CONTAINERS.reports, policyBlob ?? '', MAX_POLICY_BYTES);
  if (!stored.found) throw new Error('the policy of this run is gone');
  const parsed = parsePolicy(new TextDecoder().decode(stored.bytes));
  if (!parsed.ok) throw new Error('the policy of this run no longer parses');
  return { bytes: stored.bytes, policy: parsed.policy };
}

function nextRepository(run: RunRow): Partial<RunRow> {
  return { cursorRepository: run.cursorRepository + 1, cursorTag: '' };
}

async function discoverTags(
  services: Services,
  run: RunRow,
  policy: Policy,
  rule: RepositoryRule,
): Promise<Partial<RunRow>> {
  const tags = await allTags(services.registry, rule.repository);
  if (tags === undefined) {
    await store(
      services,
      wantedTags(rule).map((tag) => notFound(services, run, rule, tag)),
    );
    return nextRepository(run);
  }
  const names = rule.tags[0] === '*' ? [...tags.keys()] : rule.tags.map((tag) => Tag.parse(tag));
  const batch = names
    .filter((name) => name > run.cursorTag)
    .sort(ordinal)
    .slice(0, TAGS_A_STEP);
  const last = batch.at(-1);
  if (last === undefined) return nextRepository(run);

  const look = lookAtTag({ services, run, policy, rule, tags });
  const rows = await inParallel(batch, AT_ONCE, (tag) => {
    return look(tag).catch((error) => spoiled(services, run, rule, tag, error));
  });
  await store(
    services,
    rows.filter((row) => row !== undefined),
  );
  return { cursorTag: last };
}

function lookAtTag(options: {
  readonly services: Services;
  readonly run: RunRow;
  readonly policy: Policy;
  readonly rule: RepositoryRule;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
}): (tag: Tag) => Promise<TargetRow | undefined> {
  const { services, run, policy, rule, tags } = options;
  const convention = policy['tag-convention'];
  const readPatch = patchReader(services, rule.repository);
  const forms = new Map<Tag, TagAttributes[]>();
  for (const attributes of tags.values()) {
    const base = baseOfPatchTag(attributes.tag, convention);
    if (base !== undefined) forms.set(base, [...(forms.get(base) ?? []), attributes]);
  }

  return async (tag) => {
    const attributes = tags.get(tag);
    if (attributes === undefined) return notFound(services, run, rule, tag);
    const bases = TAG_CONVENTIONS.map((form) => baseOfPatchTag(tag, form)).filter(
      (base) => base !== undefined,
    );
    // Passed over is a patch of ours whose base is there, also one of a convention that was left.
    const own = bases.length === 0 ? undefined : await readPatch(attributes);
    if (own !== undefined && bases.some((base) => tags.has(base))) return undefined;
    // A patch whose base is gone is looked at itself, and needs no other one for what it fixes.
    const patches: KnownPatch[] = own === undefined ? [] : [own];
    const existing: { tag: string; ours: boolean }[] = [];
    for (const candidate of forms.get(tag) ?? []) {
      const patch = await readPatch(candidate);
      if (patch !== undefined) patches.push(patch);
      existing.push({ tag: candidate.tag, ours: patch !== undefined });
    }
    const next = nextPatchTag({ base: tag, existing, convention });
    const inspected = await inspectImage(services, rule.repository, attributes.digest);
    const row = blankTarget(services, run, rule, tag);
    if (inspected.kind === 'skip') {
      return {
        ...row,
        digest: attributes.digest,
        state: 'skipped',
        reason: inspected.reason,
        finishedAt: row.discoveredAt,
        ...(inspected.detail !== undefined && { detail: inspected.detail }),
      };
    }
    const { sourceDigest } = inspected;
    const ofSource = patches
      .filter((patch) => patch.sourceDigest === sourceDigest)
      .sort((a, b) => BY_NUMBER.compare(a.tag, b.tag));
    // Where the tables were lost, they would be strangers as soon as one more is published.
    await rememberPatches(
      services,
      { repository: rule.repository, digest: sourceDigest },
      ofSource.map((patch) => patch.digest),
    );
    return {
      ...row,
      digest: attributes.digest,
      sourceDigest: inspected.sourceDigest,
      architecture: inspected.architecture,
      patches: JSON.stringify(ofSource.slice(-MAX_KNOWN_PATCHES)),
      ...(!next.ok && { tagFault: next.reason, detail: next.detail }),
    };
  };
}

/** What is wrong with one tag's own content must not keep its repository from being looked at. */
function spoiled(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag,
  error: unknown,
): TargetRow {
  if (!(error instanceof RegistryError) || !SPOILED.has(error.code)) throw error;
  const row = blankTarget(services, run, rule, tag);
  const detail = plainText(error.message, 200);
  return { ...row, state: 'skipped', reason: 'not-an-image', detail, finishedAt: row.discoveredAt };
}

function blankTarget(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag | '*',
): TargetRow {
  return {
    partitionKey: run.runId,
    rowKey: targetRowKey(rule.repository, tag),
    repository: rule.repository,
    tag,
    state: 'queued',
    patches: '[]',
    job: '',
    round: 0,
    attempts: 0,
    discoveredAt: services.clock.now(),
  };
}

function notFound(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag | '*',
): TargetRow {
  const row = blankTarget(services, run, rule, tag);
  const detail = tag === '*' ? 'there is no such repository' : 'there is no such tag';
  return { ...row, state: 'skipped', reason: 'not-found', detail, finishedAt: row.discoveredAt };
}

/** A row that is there already stays as it is, and it is that one which the inventory is told of. */
async function store(services: Services, rows: readonly TargetRow[]): Promise<void> {
  await services.targets.insertMissing(rows);
  const over = rows.filter((row) => isTerminal(row.state));
  await inParallel(over, AT_ONCE, async ({ partitionKey, rowKey }) => {
    const stored = await services.targets.get(partitionKey, rowKey);
    if (stored !== undefined && isTerminal(stored.row.state)) {
      await recordInventory(services, stored.row);
    }
  });
}

/** A repository that can't be read ends with that reason, so that the others need not. */
export async function giveRepositoryUp(
  services: Services,
  run: RunRow,
): Promise<Partial<RunRow> | undefined> {
  if (run.policyDigest === undefined) return undefined;
  const { policy } = await storedPolicy(services, run.policyBlob);
  const rule = policy.repositories[run.cursorRepository];
  if (rule === undefined) return undefined;
  services.log.error('repository given up', { runId: run.runId, repository: rule.repository });
  await store(
    services,
    wantedTags(rule).map((tag) => {
      const row = blankTarget(services, run, rule, tag);
      const finishedAt = row.discoveredAt;
      return { ...row, state: 'failed', reason: 'registry-error', detail: run.detail, finishedAt };
    }),
  );
  return { ...nextRepository(run), errors: 0 };
}

function wantedTags(rule: RepositoryRule): readonly (Tag | '*')[] {
  return rule.tags[0] === '*' ? ['*'] : rule.tags.map((tag) => Tag.parse(tag));
}

function ordinal(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
