import * as z from 'zod';
import { EvidenceFilters } from '../evidence/evidence-range.ts';
import { ImageFilters, RunFilters, TargetFilters } from '../history/filters.ts';
import { FindingFilters } from '../history/findings.ts';
import { ImageStory, StoryFilters } from '../history/image-story.ts';
import { ReportView } from '../history/report-view.ts';
import { RunView } from '../history/run-view.ts';
import { Status } from '../history/status.ts';
import { Lineage } from '../lineage/lineage.ts';
import { RunRequestBody } from '../pipeline/run/run-request.ts';
import { Problem } from './answer.ts';
import { Doctor, FaultyHealth, Health } from './app-state.ts';
import { Canceled } from './cancel-run.ts';
import { FindingPage } from './findings.ts';
import { Me } from './me.ts';
import { PoisonList, Replay, ReplayRequest } from './poison.ts';
import { ImagePage, NoFilters, RunPage, TargetPage, WaitFilters } from './reads.ts';
import { Started } from './start-run.ts';
import { WebhookTested } from './test-webhook.ts';

interface Operation {
  readonly id: string;
  readonly summary: string;
  /** `{name}` of the path. */
  readonly name?: { readonly in: string; readonly about: string; readonly example: string };
  readonly filters?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean };
  readonly status: 200 | 202;
  /** Its schema, or its media type if it is no JSON. */
  readonly answer: z.ZodType | string;
  /** Needs no sign-in. */
  readonly isPublic?: true;
  /** The answer has no ETag. */
  readonly isUntagged?: true;
  /** Statuses of problems besides 401, 403, 415 and 503. */
  readonly problems: readonly number[];
}

type Method = 'get' | 'post';

const IMAGE_NAME = {
  in: 'image',
  about: '`REPOSITORY:TAG`, with the slashes of the repository; a beginning, or a digest.',
  example: 'team/api:1.4',
};
const RUN_NAME = {
  in: 'runId',
  about: 'The id of a run, a beginning that only one run has, or `latest`.',
  example: 'latest',
};
const READ_RUN = { name: RUN_NAME, status: 200, problems: [400, 404] } as const;

/** Every operation of the interface. `functions/` registers the same paths (a test compares them). */
const PATHS: Readonly<Record<string, Partial<Readonly<Record<Method, Operation>>>>> = {
  '/api/health': {
    get: {
      id: 'getHealth',
      summary: 'Whether the app runs, and how to sign in.',
      status: 200,
      answer: Health,
      isPublic: true,
      isUntagged: true,
      problems: [],
    },
  },
  '/api/doctor': {
    get: {
      id: 'runDoctor',
      summary: 'The checks of everything that the app needs.',
      status: 200,
      answer: Doctor,
      isUntagged: true,
      problems: [],
    },
  },
  '/api/me': {
    get: {
      isUntagged: true,
      id: 'whoAmI',
      summary: 'Who sends the request, and whether they may act.',
      status: 200,
      answer: Me,
      problems: [],
    },
  },
  '/api/status': {
    get: {
      id: 'getStatus',
      summary: 'The last run, the active runs, and the images summed up.',
      filters: NoFilters,
      status: 200,
      answer: Status,
      problems: [400],
    },
  },
  '/api/runs': {
    get: {
      id: 'listRuns',
      summary: 'The runs, newest first.',
      filters: RunFilters,
      status: 200,
      answer: RunPage,
      problems: [400],
    },
    post: {
      id: 'startRun',
      summary: 'Starts a run. A repeated `Idempotency-Key` names the run of the first request.',
      body: { schema: RunRequestBody, required: false },
      status: 202,
      answer: Started,
      problems: [400, 413, 422],
    },
  },
  '/api/runs/{runId}': {
    get: {
      id: 'getRun',
      summary: 'One run. With `wait`, answers when it has ended or after that many seconds.',
      filters: WaitFilters,
      answer: RunView,
      ...READ_RUN,
    },
  },
  '/api/runs/{runId}/images': {
    get: {
      id: 'listRunImages',
      summary: 'What one run did about each image.',
      filters: TargetFilters,
      answer: TargetPage,
      ...READ_RUN,
    },
  },
  '/api/runs/{runId}/cancel': {
    post: {
      id: 'cancelRun',
      summary: 'Asks a run to end.',
      name: { in: 'runId', about: 'The id of a run.', example: '20261123T020000Z-7f3a' },
      status: 202,
      answer: Canceled,
      problems: [400, 404, 409, 413],
    },
  },
  '/api/images': {
    get: {
      id: 'listImages',
      summary: 'The present state of the images, by repository and tag.',
      filters: ImageFilters,
      status: 200,
      answer: ImagePage,
      problems: [400],
    },
  },
  '/api/images/{image}': {
    get: {
      id: 'getImage',
      summary:
        'One image: its state, what to do next, and what the last runs did about it: 30, or `runs`.',
      name: IMAGE_NAME,
      filters: StoryFilters,
      status: 200,
      answer: ImageStory,
      problems: [400, 404],
    },
  },
  '/api/lineage/{image}': {
    get: {
      id: 'getLineage',
      summary:
        'Where an image comes from and what was made from it: base, source, patches, referrers.',
      name: IMAGE_NAME,
      filters: NoFilters,
      status: 200,
      answer: Lineage,
      problems: [400, 404],
    },
  },
  '/api/reports/{image}': {
    get: {
      id: 'getReport',
      summary: 'The findings of an image before and after its patch, each by its CVE.',
      name: IMAGE_NAME,
      filters: NoFilters,
      status: 200,
      answer: ReportView,
      problems: [400, 404, 413],
    },
  },
  '/api/findings/{vulnerability}': {
    get: {
      id: 'listFindings',
      summary: 'Where a vulnerability is: the tags that have it.',
      name: {
        in: 'vulnerability',
        about: 'The CVE, or the distribution’s own id.',
        example: 'CVE-2026-109518',
      },
      filters: FindingFilters,
      status: 200,
      answer: FindingPage,
      problems: [400],
    },
  },
  '/api/evidence': {
    get: {
      id: 'getEvidence',
      summary: 'An auditor’s bundle of the runs in a range of time: a tar.gz.',
      filters: EvidenceFilters,
      status: 200,
      answer: 'application/gzip',
      isUntagged: true,
      problems: [400, 413],
    },
  },
  '/api/poison': {
    get: {
      id: 'listPoison',
      summary: 'The messages that failed at every delivery.',
      status: 200,
      answer: PoisonList,
      problems: [],
    },
  },
  '/api/poison/replay': {
    post: {
      id: 'replayPoison',
      summary: 'Sends such a message again.',
      body: { schema: ReplayRequest, required: true },
      status: 202,
      answer: Replay,
      problems: [400, 404, 409, 413],
    },
  },
  '/api/webhook/test': {
    post: {
      id: 'testWebhook',
      summary: 'Sends a test event to the webhook, and says whether it was accepted.',
      status: 200,
      answer: WebhookTested,
      problems: [409],
    },
  },
};

/** The document OpenAPI 3.1 of the HTTP interface, made from the schemas that parse and answer. */
export function openApi(version: string): object {
  const paths = Object.entries(PATHS).map(([path, operations]) => {
    const described = Object.entries(operations).map(([method, operation]) => [
      method,
      operationOf(operation, method === 'get'),
    ]);
    return [path, Object.fromEntries(described)];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Patchwright', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ functionKey: [] }, { entra: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        entra: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: components(),
    },
  };
}

function operationOf(operation: Operation, isRead: boolean): object {
  const { id, summary, name, filters, body, status, answer, isPublic } = operation;
  return {
    operationId: id,
    summary,
    ...(isPublic && { security: [] }),
    parameters: [
      ...(name === undefined ? [] : [pathParameter(name)]),
      ...queryParameters(filters),
      ...headerParameters(operation, isRead),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: body.required,
        content: { 'application/json': { schema: jsonSchema(body.schema, 'input') } },
      },
    }),
    responses: {
      [status]: { description: summary, content: contentOf(answer) },
      ...refusals(operation, isRead),
    },
  };
}

function refusals({ isPublic, isUntagged, problems }: Operation, isRead: boolean): object {
  if (isPublic) {
    const content = { 'application/json': { schema: jsonSchema(FaultyHealth, 'output') } };
    return { 503: { description: 'The settings are faulty.', content } };
  }
  const statuses = [...problems, 403, ...(isRead ? [] : [415]), 503].sort((a, b) => a - b);
  return {
    ...(isRead && !isUntagged && { 304: { description: 'The client has this content already.' } }),
    401: { description: 'No sign-in, or a wrong function key, for which the body is empty.' },
    ...Object.fromEntries(statuses.map((one) => [one, problemResponse()])),
  };
}

function contentOf(answer: Operation['answer']): object {
  if (typeof answer === 'string') return { [answer]: {} };
  return { 'application/json': { schema: jsonSchema(answer, 'output') } };
}

function problemResponse(): object {
  return {
    description: 'A problem: RFC 9457.',
    content: { 'application/problem+json': { schema: jsonSchema(Problem, 'output') } },
  };
}

function pathParameter(name: NonNullable<Operation['name']>): object {
  const schema = { type: 'string', minLength: 1 };
  const { in: parameter, about: description, example } = name;
  return { name: parameter, in: 'path', required: true, description, example, schema };
}

function queryParameters(filters: z.ZodObject | undefined): readonly object[] {
  return Object.entries(filters?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: jsonSchema(schema, 'input'),
  }));
}

function headerParameters({ id, isUntagged }: Operation, isRead: boolean): readonly object[] {
  const schema = { type: 'string' };
  if (isRead && isUntagged) return [];
  if (isRead) return [{ name: 'If-None-Match', in: 'header', schema }];
  if (id !== 'startRun') return [];
  const key = { type: 'string', pattern: '^[!-~]{1,200}$' };
  return [{ name: 'Idempotency-Key', in: 'header', schema: key }];
}

/** A reference to a named schema, or the schema itself. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const id = schema.meta()?.id;
  return id === undefined ? plain(z.toJSONSchema(schema, { io })) : { $ref: uriOf(id) };
}

function components(): object {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: uriOf });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`;
}

/** The document says once which dialect its schemas have, and their place is their identity. */
function plain(schema: object): object {
  const { $schema: _1, $id: _2, ...rest } = { $schema: '', $id: '', ...schema };
  return rest;
}
