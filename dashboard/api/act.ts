import type { Action } from '../model/actions.ts';
import type { ApiClient, Fault } from './client.ts';

export type Acted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: Fault };

/** Does what a person confirmed. `idempotencyKey` is new for each confirmation. */
export async function act(
  client: ApiClient,
  action: Action,
  idempotencyKey: string,
): Promise<Acted> {
  switch (action.kind) {
    case 'start':
    case 'start-all':
      return start(client, action, idempotencyKey);
    case 'cancel': {
      const path = `/api/runs/${encodeURIComponent(action.runId)}/cancel`;
      const answer = await client.post(path, {});
      return answer.ok ? { ok: true, text: `Run ${action.runId} is being canceled.` } : answer;
    }
    case 'replay': {
      const answer = await client.post('/api/poison/replay', { name: action.name });
      return answer.ok ? { ok: true, text: 'The message was sent again.' } : answer;
    }
    default:
      return action satisfies never;
  }
}

interface Started {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly note?: string;
}

async function start(
  client: ApiClient,
  action: Extract<Action, { kind: 'start' | 'start-all' }>,
  key: string,
): Promise<Acted> {
  const body =
    action.kind === 'start' ? { images: action.images, ...(action.retry && { retry: true }) } : {};
  const answer = await client.post<Started>('/api/runs', body, key);
  if (!answer.ok) return answer;
  const { runId, dryRun, note } = answer.value;
  const text = dryRun ? `Run ${runId} starts. It is a dry run.` : `Run ${runId} starts.`;
  return { ok: true, text: note === undefined ? text : `${text} ${note}.` };
}
