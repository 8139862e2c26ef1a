import { createHttpHeaders, type PipelineRequest } from '@azure/core-rest-pipeline';
import { expect } from 'vitest';
import type { ContainerQuota } from '../../../lib/containers/container-quotas.ts';
import type { Check, CheckContext } from '../../../lib/doctor/check.ts';
import type { Outcome } from '../../../lib/doctor/outcome.ts';
import type { PipelineOptions } from '../../../lib/pipeline/services.ts';
import type { PullTokens } from '../../../lib/registry/pull-tokens.ts';
import { readSettings } from '../../../lib/settings.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import type { Webhook } from '../../../lib/webhook/webhook.ts';
import { MemoryTableQueries } from '../../fakes/memory-table-queries.ts';
import { PipelineWorld } from '../../pipeline/pipeline-world.ts';
import { SAMPLE_VALUES } from '../settings/faults-of.ts';

/** An app on fakes in which every check passes, with controls to change it. */
export class CheckSetup {
  readonly world: PipelineWorld;
  /** Sizes of queues. One that is absent here is missing in Azure. */
  readonly queues = new Map<string, number>(
    ['jobs', 'runs'].flatMap((name) => [
      [`patchwright-${name}`, 3],
      [`patchwright-${name}-poison`, 0],
    ]),
  );
  /** Rights in the registry's tokens, as `repository:action`; undefined for opaque tokens. */
  granted: ((asked: readonly string[]) => readonly string[]) | undefined = (asked) => asked;
  readonly stop = new AbortController();
  quotas: () => Promise<readonly ContainerQuota[]> = async () => [];
  identify: CheckContext['identify'] = async () => undefined;
  connects: CheckContext['connects'] = async () => true;
  answer: (request: PipelineRequest, nth: number) => number = () => 200;
  readonly requests: PipelineRequest[] = [];
  readonly storageAddresses: readonly string[] = ['blob', 'queue', 'table'].map(
    (service) => `https://account.${service}.core.windows.net/`,
  );

  constructor(
    options: {
      readonly policy?: unknown;
      readonly pipeline?: Partial<PipelineOptions>;
      readonly settings?: Readonly<Record<string, string>>;
      readonly pullTokens?: PullTokens;
      readonly webhook?: Webhook;
    } = {},
  ) {
    const { policy = {}, pipeline, pullTokens, webhook } = options;
    this.world = new PipelineWorld({
      policy,
      script: { report: () => expect.fail('no worker runs') },
      ...(pipeline && { pipeline }),
      ...(pullTokens && { pullTokens }),
      ...(webhook && { webhook }),
    });
    this.#settings = options.settings ?? {};
    this.world.registry.mintToken = async (scopes) => {
      const asked = scopes.flatMap(({ repository, actions }) =>
        actions.map((action) => `${repository}:${action}`),
      );
      return { token: tokenWith(this.granted?.(asked)), expiresAt: this.world.clock.now() };
    };
  }
  readonly #settings: Readonly<Record<string, string>>;

  get context(): CheckContext {
    let ids = 0;
    return {
      services: this.world.services,
      settings: readSettings({ ...SAMPLE_VALUES, ...this.#settings }),
      http: {
        send: async (request) => {
          this.requests.push(request);
          const status = this.answer(request, this.requests.length);
          return { request, status, headers: createHttpHeaders() };
        },
      },
      tables: this.world.tables,
      history: {
        tables: this.world.tables,
        queries: new MemoryTableQueries(this.world.tables),
        blobs: this.world.services.blobs,
      },
      blobNames: { list: async () => [] },
      repositories: { listRepositories: async () => ({ repositories: [] }) },
      requestKeys: { remember: async (_, request) => request, forget: async () => undefined },
      queueTrial: {
        tryOut: async (queue) => {
          const messages = this.queues.get(queue);
          if (messages === undefined) {
            throw new StorageError('not-provisioned', `${queue}: no such queue`);
          }
          return { messages };
        },
      },
      quotas: { read: () => this.quotas() },
      storageAddresses: this.storageAddresses,
      identify: (scope) => this.identify(scope),
      connects: (host, port) => this.connects(host, port),
      newId: () => {
        ids += 1;
        return `id${ids}`;
      },
      sleep: async (milliseconds) => {
        this.world.clock.advance({ seconds: milliseconds / 1000 });
        await this.world.groups.advance();
      },
      stop: this.stop.signal,
      tell: () => undefined,
    };
  }

  async run(checks: Check | readonly Check[], id?: string): Promise<Outcome> {
    const list = 'run' in checks ? [checks] : checks;
    const check = list.find((one) => id === undefined || one.id === id);
    if (check === undefined) throw new Error(`there is no check ${id}`);
    return check.run(this.context);
  }
}

/** Returns a token in ACR's format, or an opaque one if its rights are undefined. */
export function tokenWith(granted: readonly string[] | undefined): string {
  if (granted === undefined) return 'opaque';
  const access = granted.map((right) => {
    const [name, action] = right.split(':');
    return { type: 'repository', name, actions: [action] };
  });
  const payload = Buffer.from(JSON.stringify({ access })).toString('base64url');
  return `e30.${payload}.fake`;
}
