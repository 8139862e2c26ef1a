import type { GroupName, GroupSpec } from '../../lib/containers/container-groups.ts';
import { Annotation } from '../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import type { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { isDigest } from '../../lib/registry/manifests.ts';
import type { QueueName } from '../../lib/storage/queues.ts';
import { type Entity, TABLES, type TableName } from '../../lib/storage/tables.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { Coverage } from './coverage.ts';
import type { Fault } from './fault-kinds.ts';
import type { Task } from './task.ts';
import type { Truth } from './truth.ts';

/** What tokens and SAS addresses of the fakes look like. */
const SECRET = /registry-token-\d|[?&]sig=|se=\d{4}/;
const TERMINAL = ['clean', 'patched', 'planned', 'skipped', 'rejected', 'failed', 'canceled'];

export interface ManifestPut {
  readonly task: Task;
  readonly repository: RepositoryName;
  readonly reference: Tag | Digest;
  readonly bytes: Uint8Array;
}

/** Faults that touch the app and its messages alone. */
const OWN_FAULTS: ReadonlySet<Fault> = new Set<Fault>([
  'crash-before',
  'crash-after',
  'crash-all',
  'message-lost',
  'message-duplicated',
  'message-late',
  'message-reordered',
  'malformed-message',
  'same-step-twice',
  'mounts-refused',
]);

/** Hand-overs of one target to a job, far more than its budget of attempts explains. */
const MAX_ROUNDS = 40;

/** Sees every effect as it happens, and says at once when one breaks a promise. */
export class Observer {
  readonly violations: string[] = [];
  /** Every message ever sent, for a replay at the end. */
  readonly messages: { readonly queue: QueueName; readonly body: unknown }[] = [];
  /** Tags in users' repositories that are not ours, and what they point to. */
  readonly foreignTags = new Map<string, Digest>();
  /** `repository source fingerprint` → the patches of it that were published. */
  readonly patches = new Map<string, Set<Digest>>();
  /** Groups' names that were put, and what happened to the tags that were published. */
  readonly published: { readonly tag: string; readonly digest: Digest }[] = [];
  /** Writes outside the tables that took effect. */
  effects = 0;
  readonly #truth: Truth;
  readonly #registry: MemoryRegistry;
  readonly #coverage: Coverage;
  readonly #targets = new Map<string, Entity>();
  readonly #runs = new Map<string, Entity>();
  readonly #puts = new Map<GroupName, number>();

  constructor(options: {
    readonly truth: Truth;
    readonly registry: MemoryRegistry;
    readonly coverage: Coverage;
  }) {
    this.#truth = options.truth;
    this.#registry = options.registry;
    this.#coverage = options.coverage;
  }

  text(where: string, text: string): void {
    if (SECRET.test(text))
      this.violations.push(`a credential in a ${where}: ${text.slice(0, 300)}`);
  }

  message(queue: QueueName, body: unknown): void {
    this.effects += 1;
    this.messages.push({ queue, body: structuredClone(body) });
    this.text('message', JSON.stringify(body));
  }

  row(task: Task, table: TableName, before: Entity | undefined, after: Entity): void {
    this.text('row', JSON.stringify(after));
    const from = before?.state;
    const to = after.state;
    if (table === TABLES.jobs && from !== to && typeof from === 'string') {
      this.#coverage.transition(`job ${from} → ${String(to)}`);
    }
    if (table === TABLES.runs && after.partitionKey === 'run') this.#runs.set(after.rowKey, after);
    if (
      table === TABLES.runs &&
      before?.finishedAt === undefined &&
      after.finishedAt !== undefined
    ) {
      this.#runEnded();
    }
    if (table !== TABLES.targets) return;
    this.#targets.set(`${after.partitionKey} ${after.rowKey}`, after);
    const image = `${String(after.repository)}:${String(after.tag)}`;
    if (typeof from === 'string') {
      if (TERMINAL.includes(from))
        this.violations.push(`${image} was ${from} and is ${String(to)}`);
      if (from !== to) this.#coverage.transition(`target ${from} → ${String(to)}`);
    }
    if (Number(after.round) > MAX_ROUNDS) this.violations.push(`${image} goes on forever`);
    if (typeof to !== 'string' || !TERMINAL.includes(to)) return;
    this.#ended(task, image, after, before);
    if (after.reason !== undefined) this.#coverage.reason(`${to} ${String(after.reason)}`);
    else if (to !== 'clean' && to !== 'patched') {
      this.violations.push(`${image} ended ${to} without a reason`);
    }
  }

  /** Where nothing but the app itself has failed, nothing is left for later. */
  #runEnded(): void {
    const { faults } = this.#coverage;
    if ([...faults.keys()].some((fault) => !OWN_FAULTS.has(fault))) return;
    // Another run may have its own there.
    if ([...this.#runs.values()].some((run) => run.finishedAt === undefined)) return;
    for (const repository of this.#registry.repositories()) {
      if (!repository.startsWith(STAGING_PREFIX)) continue;
      const { length } = this.#registry.digests(repository);
      if (length > 0) this.violations.push(`its run is over, and ${repository} holds ${length}`);
    }
  }

  /** What an ending claims must be so. */
  #ended(task: Task, image: string, target: Entity, before: Entity | undefined): void {
    const { patchTag, state } = target;
    if (state === 'canceled' && patchTag !== undefined) {
      this.violations.push(`${image} was canceled after its tag was written down`);
    }
    const tag = `${String(target.repository)}:${String(patchTag)}`;
    const stands = this.published.some((one) => one.tag === tag && one.digest === target.staged);
    if (target.reason === 'already-patched' && stands && before?.patchTag !== undefined) {
      this.violations.push(`${image} was patched just now and says that it was before`);
    }
    if (state !== 'patched') return;
    const seen = task.tagsRead.get(tag);
    if (seen !== target.patchDigest) {
      this.violations.push(`${image} is patched, and its tag was last seen to be ${seen}`);
    }
  }

  groupPut(spec: GroupSpec): void {
    this.effects += 1;
    const puts = (this.#puts.get(spec.name) ?? 0) + 1;
    this.#puts.set(spec.name, puts);
  }

  groupDeleted(_name: GroupName): void {
    this.effects += 1;
  }

  manifestDeleted(repository: RepositoryName, digest: Digest): void {
    this.effects += 1;
    if (!repository.startsWith(STAGING_PREFIX)) {
      this.violations.push(`${repository}@${digest} was deleted`);
    }
  }

  /** Before a PUT: may it be? */
  async beforePut(put: ManifestPut): Promise<void> {
    const { task, repository, reference, bytes } = put;
    this.effects += 1;
    if (repository.startsWith(STAGING_PREFIX) || isDigest(reference)) return;
    const tag = `${repository}:${reference}`;
    const digest = digestOf(bytes);
    const foreign = this.foreignTags.get(tag);
    if (!task.tagsRead.has(tag)) this.violations.push(`${tag} was put without a look at it`);
    if (foreign !== undefined && task.tagsRead.get(tag) === foreign) {
      this.violations.push(`${tag} is not ours, was seen to be, and was overwritten`);
    }
    const fault = this.#truth.faultOf(bytes);
    if (fault !== undefined) this.violations.push(`${tag} is a bad patch: ${fault}`);
    const target = [...this.#targets.values()].find(
      (row) =>
        row.state === 'publishing' &&
        row.repository === repository &&
        row.staged === digest &&
        row.patchTag === reference &&
        row.verifiedAt !== undefined,
    );
    if (target === undefined) {
      // A PUT that comes late finds its target ended: what was published then is the same.
      const again = this.published.some((one) => one.tag === tag && one.digest === digest);
      if (!again) this.violations.push(`${tag} was published without being verified and intended`);
    } else if (task.tagsRead.get(`${repository}:${String(target.tag)}`) !== target.digest) {
      this.violations.push(`${tag} was published though its source had moved`);
    }
  }

  /** After a PUT that took effect. */
  afterPut(put: ManifestPut): void {
    const { repository, reference, bytes } = put;
    if (repository.startsWith(STAGING_PREFIX) || isDigest(reference)) return;
    const tag = `${repository}:${reference}`;
    const digest = digestOf(bytes);
    this.foreignTags.delete(tag);
    this.published.push({ tag, digest });
    const { annotations } = ImageManifest.parse(JSON.parse(Buffer.from(bytes).toString()));
    const source = annotations?.[Annotation.sourceDigest];
    const key = `${repository} ${source} ${annotations?.[Annotation.fingerprint]}`;
    const patches = this.patches.get(key) ?? new Set();
    this.patches.set(key, patches.add(digest));
    if (patches.size > 1) this.violations.push(`${tag}: ${patches.size} patches of ${source}`);
  }
}
