import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Admission, admitPrincipal } from '../../lib/api/admission.ts';
import { type Answer, json, problem, tagged } from '../../lib/api/answer.ts';
import { dashboardPage } from '../../lib/api/dashboard-page.ts';
import { getMe } from '../../lib/api/me.ts';
import type { FindingView } from '../../lib/history/finding-view.ts';
import type { ImageStory } from '../../lib/history/image-story.ts';
import type { ImageView } from '../../lib/history/image-view.ts';
import type { ReportView } from '../../lib/history/report-view.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import type { Lineage } from '../../lib/lineage/lineage.ts';
import type { KeptMessage } from '../../lib/pipeline/upkeep/replay-poison.ts';
import { principalHeader } from '../unit/api/principal-samples.ts';
import { statusOf } from './sample-views.ts';

/** What the stub answers with. A test may change it while the page is open. */
export interface StubState {
  images: readonly ImageView[];
  runs: readonly RunView[];
  targets: readonly TargetView[];
  stories: readonly ImageStory[];
  poison: readonly KeptMessage[];
  /** The report of every image. */
  reports: readonly ReportView[];
  /** The lineage of every image. */
  lineages: readonly Lineage[];
  /** Where each vulnerability is. */
  findings: readonly FindingView[];
  key: string;
  signIn: 'keys' | 'entra';
  /** The app roles of the account that App Service knows. Undefined if nobody has signed in. */
  roles: readonly string[] | undefined;
  /** The problem of every read, as if storage were down. */
  outage: string | undefined;
  /** How long each answer takes, in milliseconds. */
  answerMs: number;
}

interface Post {
  readonly path: string;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

/** Serves the page, and answers its requests as the app does. */
export class StubApp {
  readonly state: StubState;
  /** What the page asked the app to do. */
  readonly posts: Post[] = [];
  /** The paths that the page asked for, with their queries. */
  readonly requests: string[] = [];
  /** The roles of the account that the next person signs in with. */
  rolesAtLogin: readonly string[] = [];
  readonly #html: string;
  readonly #server: Server;

  constructor(html: string) {
    this.#html = html;
    this.state = emptyState();
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => send(response, answer),
        (error: unknown) => send(response, problem(500, String(error))),
      );
    });
  }

  get pageBytes(): number {
    return Buffer.byteLength(this.#html);
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return `http://127.0.0.1:${address.port}/api/dashboard`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  reset(): void {
    Object.assign(this.state, emptyState());
    this.posts.length = 0;
    this.requests.length = 0;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://stub');
    if (url.pathname === '/api/dashboard') return dashboardPage(this.#html);
    this.requests.push(url.pathname + url.search);
    await delay(this.state.answerMs);
    if (url.pathname === '/api/health') return json({ status: 'ok', signIn: this.state.signIn });
    if (url.pathname.startsWith('/.auth/')) return this.#appService(url);
    const admitted = this.#admit(request);
    if (!admitted.ok) return admitted.refusal;
    if (url.pathname === '/api/me') return getMe(admitted);
    if (this.state.outage !== undefined) return problem(503, this.state.outage);
    if (request.method === 'POST') return this.#post(url.pathname, request);
    const value = this.#read(url);
    if (value === undefined) return problem(404, 'there is no such thing');
    return tagged(value, request.headers['if-none-match']);
  }

  /** By the app's own rules. App Service adds the header of who has signed in, and nobody else can. */
  #admit({ headers, method }: IncomingMessage): Admission {
    const { signIn, key, roles } = this.state;
    if (signIn === 'entra') {
      const principal = roles === undefined ? undefined : principalHeader(roles);
      const all = { ...headers, 'x-ms-client-principal': principal };
      const get = (name: string) => new Map(Object.entries(all)).get(name)?.toString() ?? null;
      const role = method === 'POST' ? 'operator' : 'reader';
      return admitPrincipal({ get }, role, { authenticationIsOn: true });
    }
    if (digest(headers['x-functions-key']) === digest(key)) {
      return { ok: true, name: 'function key default', role: 'operator' };
    }
    return { ok: false, refusal: { status: 401, headers: {} } };
  }

  /** Signs in and out, and sends the browser back, as App Service does after Microsoft's own page. */
  #appService({ pathname, searchParams }: URL): Answer {
    const isLogin = pathname === '/.auth/login/aad';
    this.state.roles = isLogin ? this.rolesAtLogin : undefined;
    const back = searchParams.get(isLogin ? 'post_login_redirect_uri' : 'post_logout_redirect_uri');
    return { status: 302, headers: { location: back ?? '/' } };
  }

  #read({ pathname, searchParams }: URL): unknown {
    const { images, runs, targets, stories, poison } = this.state;
    if (pathname === '/api/status') return statusOf(images, runs);
    if (pathname === '/api/runs') return page(runs, searchParams);
    if (pathname === '/api/images') return page(images, searchParams);
    if (pathname === '/api/poison') return { items: poison };
    if (pathname.startsWith('/api/runs/')) {
      const [, , , runId, images] = pathname.split('/');
      if (images !== undefined) {
        return page(
          targets.filter((target) => target.runId === runId),
          searchParams,
        );
      }
      const run = runs.find((one) => one.runId === runId || runId === 'latest');
      if (run === undefined) throw new Error(`the stub has no ${pathname}`);
      return run;
    }
    if (pathname.startsWith('/api/findings/')) {
      const id = pathname.slice('/api/findings/'.length);
      return page(
        this.state.findings.filter(({ vulnerability }) => vulnerability === id),
        searchParams,
      );
    }
    if (pathname.startsWith('/api/reports/')) {
      const [report] = this.state.reports;
      return report;
    }
    if (pathname.startsWith('/api/lineage/')) {
      const [lineage] = this.state.lineages;
      return lineage;
    }
    const name = decodeURIComponent(pathname.slice('/api/images/'.length));
    const story = stories.find(({ image }) => image === name);
    if (story === undefined) throw new Error(`the stub has no ${pathname}`);
    return story;
  }

  async #post(path: string, request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const header = request.headers['idempotency-key'];
    this.posts.push({ path, body, idempotencyKey: header?.toString() });
    if (path === '/api/runs') return json({ runId: '20261130T080000Z-0001', dryRun: false }, 202);
    return json({ runId: 'x', name: 'x' }, 202);
  }
}

function emptyState(): StubState {
  return {
    images: [],
    runs: [],
    targets: [],
    stories: [],
    poison: [],
    reports: [],
    lineages: [],
    findings: [],
    key: 'right-key',
    signIn: 'keys',
    roles: undefined,
    outage: undefined,
    answerMs: 0,
  };
}

function page(items: readonly unknown[], query: URLSearchParams): object {
  const from = Number(query.get('after') ?? 0);
  const end = from + Number(query.get('limit') ?? 100);
  const next = end < items.length ? String(end) : null;
  return { items: items.slice(from, end), next, unreadable: 0 };
}

function digest(text: unknown): string {
  return createHash('sha256').update(String(text)).digest('hex');
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers }).end(body);
}
