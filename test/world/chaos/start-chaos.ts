import { setTimeout as delay } from 'node:timers/promises';
import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import type { FunctionsHost } from '../functions-host/functions-host.ts';
import type { LocalServer } from '../http/local-server.ts';
import type { InterceptedRequest, Interception } from '../registry/start-registry.ts';
import { HOST_CONTAINER } from '../storage.ts';
import type { World } from '../world.ts';
import type { ChaosPlan, Kill, MessageFault, Moment, Service, WireFault } from './chaos-plan.ts';
import type { FaultLedger } from './fault-ledger.ts';
import { type Handling, type ProxiedRequest, startFaultProxy } from './fault-proxy.ts';

/** Faults between an app and its local Azure. */
export interface Chaos {
  /** The app's settings for using the proxies. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts the plan, which also kills and restarts the host. */
  begin(host: FunctionsHost): void;
  /** Ends all faults and kills. The app runs when this settles. */
  end(): Promise<void>;
  /** Closes the proxies. Call it after the app has ended, because the app uses them. */
  close(): Promise<void>;
}

/** Settings with short leases, so that the app recovers quickly from kills. */
export const CHAOS_SETTINGS = {
  PATCHWRIGHT_POLL_SECONDS: '1',
  PATCHWRIGHT_TICK_SECONDS: '1',
  PATCHWRIGHT_LEASE_SECONDS: '10',
  PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 *',
  PATCHWRIGHT_REAP_SCHEDULE: '*/2 * * * * *',
} as const;
/** Seconds until the message of a crashed process becomes visible again. */
export const CHAOS_MESSAGE_LEASE_SECONDS = 2;

const REFUSED = { throttled: 429, 'server-error': 500, unavailable: 503 } as const;
const LATE_SECONDS = 4;
/** Less than the week that a queue allows, and after the end of every run here. */
const LOST_SECONDS = 500_000;
const SENT = /\/patchwright-(?:jobs|runs)\/messages(?:\?|$)/;

/** Puts proxies in front of the services. Nothing fails before `begin`. */
export async function startChaos(options: {
  readonly world: World;
  readonly plan: ChaosPlan;
  readonly ledger: FaultLedger;
}): Promise<Chaos> {
  const { world, plan, ledger } = options;
  const account = world.storage.account;
  const gate = new Gate(plan, ledger);
  const moments: Moments = { group: new Counter(), patch: new Counter() };
  const proxies: LocalServer[] = [];
  const stopping = new AbortController();
  let killing = Promise.resolve();

  async function proxied(service: Service, address: string): Promise<string> {
    const { origin, pathname, protocol, search } = new URL(address);
    const proxy = await startFaultProxy({
      target: origin,
      certificate: protocol === 'https:' ? world.certificate : undefined,
      handle: (request) => handlingOf(gate, service, request),
    });
    proxies.push(proxy);
    return `${proxy.url}${pathname === '/' ? '' : pathname}${search}`;
  }

  async function close(): Promise<void> {
    await end();
    for (const proxy of proxies.splice(0)) await proxy.close();
  }

  async function end(): Promise<void> {
    gate.shut();
    stopping.abort();
    world.registry.intercept(undefined);
    world.arm.setFaults(undefined);
    await killing;
  }

  function intercept(request: InterceptedRequest): Interception {
    const { kind, repository } = request;
    const fault = gate.next('registry', `${kind} ${repository ?? ''}`.trim());
    const published = repository !== undefined && !repository.startsWith(STAGING_PREFIX);
    if (kind === 'manifest.put' && published && !/sha256:/.test(request.path)) moments.patch.add();
    return fault === undefined ? undefined : interceptionOf(fault);
  }

  const settings = {
    IDENTITY_ENDPOINT: await proxied('identity', world.identity.environment.IDENTITY_ENDPOINT),
    PATCHWRIGHT_ARM_ENDPOINT: await proxied('arm', world.arm.url),
    AzureWebJobsStorage__blobServiceUri: await proxied('blob', account.blobUri),
    AzureWebJobsStorage__queueServiceUri: await proxied('queue', account.queueUri),
    AzureWebJobsStorage__tableServiceUri: await proxied('table', account.tableUri),
  };
  return {
    settings,
    begin(host) {
      gate.open();
      world.registry.intercept(intercept);
      world.arm.setFaults(({ name }, nth) => {
        const fault = gate.active ? plan.groups.get(nth) : undefined;
        moments.group.add();
        if (fault !== undefined) ledger.add({ place: 'group', kind: fault.kind }, name);
        return fault;
      });
      killing = killByPlan({ plan, host, ledger, moments, signal: stopping.signal });
    },
    end,
    close,
  };
}

/** Counts requests and decides which of them fail, and how. */
class Gate {
  readonly #plan: ChaosPlan;
  readonly #ledger: FaultLedger;
  readonly #seen = new Map<string, number>();
  #openedAt: number | undefined;

  constructor(plan: ChaosPlan, ledger: FaultLedger) {
    this.#plan = plan;
    this.#ledger = ledger;
  }

  open(): void {
    this.#openedAt = performance.now();
  }

  shut(): void {
    this.#openedAt = undefined;
  }

  get active(): boolean {
    return this.#openedAt !== undefined && this.elapsedMs < this.#plan.untilMs;
  }

  get elapsedMs(): number {
    return this.#openedAt === undefined ? 0 : performance.now() - this.#openedAt;
  }

  /** Decides how the next request to this service fails; undefined if it succeeds. */
  next(service: Service, where: string): WireFault | undefined {
    if (!this.active) return undefined;
    const nth = this.#count(service);
    const at = this.elapsedMs;
    const down = this.#plan.outages.some(
      (outage) =>
        outage.service === service && at >= outage.atMs && at < outage.atMs + outage.lastsMs,
    );
    const fault = down ? 'unavailable' : this.#plan.requests[service].get(nth);
    if (fault !== undefined) {
      this.#ledger.add({ place: service, kind: down ? 'outage' : fault }, where);
    }
    return fault;
  }

  /** Decides the fault of the next message; undefined for none. */
  nextMessage(queue: string): MessageFault | undefined {
    if (!this.active) return undefined;
    const kind = this.#plan.messages.get(this.#count('message'));
    if (kind !== undefined) this.#ledger.add({ place: 'message', kind }, queue);
    return kind;
  }

  #count(what: string): number {
    const nth = (this.#seen.get(what) ?? 0) + 1;
    this.#seen.set(what, nth);
    return nth;
  }
}

type Moments = Readonly<Record<Moment, Counter>>;

/** A counter that can be awaited. */
class Counter {
  #count = 0;
  readonly #waiting: { readonly at: number; readonly reached: () => void }[] = [];

  add(): void {
    this.#count += 1;
    for (const { at, reached } of this.#waiting) if (at <= this.#count) reached();
  }

  reaches(at: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting.push({ at, reached });
    });
  }
}

function handlingOf(gate: Gate, service: Service, request: ProxiedRequest): Handling {
  const { method, path } = request;
  // The poison queues are empty, and the reaper polls them all the time.
  if (service === 'queue' && path.includes('-poison/')) return {};
  // The host keeps its timers there: its failures are its own matter.
  if (path.includes(`/${HOST_CONTAINER}/`)) return {};
  const fault = gate.next(service, `${method} ${placeOf(path)}`);
  const isMessage = service === 'queue' && method === 'POST' && SENT.test(path);
  if (!isMessage) return { fault };
  const kind = gate.nextMessage(placeOf(path));
  switch (kind) {
    case undefined:
      return { fault };
    case 'duplicate':
      return { fault, times: 2 };
    case 'late':
      return { fault, path: visibleAfter(path, LATE_SECONDS) };
    case 'lost':
      return { fault, path: visibleAfter(path, LOST_SECONDS) };
    default:
      return kind satisfies never;
  }
}

/** Additional delay of a message. */
function visibleAfter(path: string, seconds: number): string {
  const url = new URL(path, 'http://localhost');
  const wanted = Number(url.searchParams.get('visibilitytimeout') ?? '0');
  url.searchParams.set('visibilitytimeout', String(wanted + seconds));
  return url.pathname + url.search;
}

/** Shortens a path for display: without the query, which has signatures, and without common parts. */
function placeOf(path: string): string {
  const [place = ''] = path.split('?');
  return place
    .replace(/^\/devstoreaccount1\//, '')
    .replace(/^\/subscriptions\/.*\/providers\//, '');
}

function interceptionOf(fault: WireFault): Interception {
  switch (fault) {
    case 'dropped-before':
      return 'drop';
    case 'dropped-after':
      return 'drop-after';
    default: {
      const error = { code: fault === 'throttled' ? 'TOOMANYREQUESTS' : 'UNAVAILABLE' };
      return {
        status: REFUSED[fault],
        headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
        body: JSON.stringify({ errors: [{ ...error, message: 'a planned fault' }] }),
      };
    }
  }
}

/** Executes kills one after another. A kill that is due while the app is down follows right after. */
async function killByPlan(options: {
  readonly plan: ChaosPlan;
  readonly host: FunctionsHost;
  readonly ledger: FaultLedger;
  readonly moments: Moments;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { plan, host, ledger, moments, signal } = options;
  const ended = new Promise<'ended'>((resolve) => {
    signal.addEventListener('abort', () => resolve('ended'), { once: true });
  });
  let last = Promise.resolve();

  async function kill({ at, downMs }: Kill): Promise<void> {
    const due =
      'ms' in at
        ? delay(at.ms, undefined, { signal }).catch(() => undefined)
        : moments[at.moment].reaches(at.nth);
    if ((await Promise.race([due, ended])) === 'ended' || signal.aborted) return;
    last = last.then(async () => {
      const when = 'ms' in at ? '' : `with ${at.moment} number ${at.nth}`;
      ledger.add({ place: 'app', kind: 'kill' }, when);
      await host.kill();
      await delay(downMs);
      // Ctrl+C may reach the app while it loads. Otherwise the run does not end, which is reported.
      await host.restart().catch(() => ledger.add({ place: 'app', kind: 'not started again' }, ''));
    });
    await last;
  }

  await Promise.all(plan.kills.map(kill));
}
