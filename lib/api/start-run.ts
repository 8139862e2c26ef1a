import * as z from 'zod';
import { sha256Hex } from '../image/digest.ts';
import { uncoveredImages } from '../pipeline/discovery/requested-images.ts';
import { parseRunRequest } from '../pipeline/run/run-request.ts';
import { startRun } from '../pipeline/run/start-run.ts';
import type { Services } from '../pipeline/services.ts';
import type { RequestKeys } from '../pipeline/stores/request-keys.ts';
import { type Answer, json, problem, wrongFields } from './answer.ts';

/** The answer to a request that starts a run. */
export const Started = z
  .object({ runId: z.string(), dryRun: z.boolean(), note: z.string().optional() })
  .meta({ id: 'Started' });

export interface StartRequest {
  readonly body: string;
  /** The header `Idempotency-Key`. */
  readonly key: string | undefined;
  /** Distinguishes requests without a key. */
  readonly invocation: string;
  readonly caller: string;
}

/** Visible ASCII, as in the draft "The Idempotency-Key HTTP Header Field". */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** Starts a run. A repeated request with the same key names the run of the first one. */
export async function postRun(
  { body, key, invocation, caller }: StartRequest,
  services: Services & { readonly requestKeys: RequestKeys },
): Promise<Answer> {
  if (key !== undefined && !KEY.test(key)) {
    const fault = 'must have 1 to 200 visible characters of ASCII';
    return problem(400, `Idempotency-Key ${fault}`, {
      errors: [{ field: 'Idempotency-Key', fault }],
    });
  }
  const request = parseRunRequest(body);
  if (!request.ok) return wrongFields(request.fault);
  const { dryRun, images, retry } = request.value;
  const fault = images === undefined ? undefined : await uncoveredImages(services, images);
  if (fault !== undefined) return problem(400, fault, { errors: [{ field: 'images', fault }] });
  const digest = sha256Hex(JSON.stringify([dryRun, images, retry]));
  const now = services.clock.now();
  const first =
    key === undefined
      ? { at: now, digest }
      : await services.requestKeys.remember(key, { at: now, digest });
  if (first.digest !== digest) {
    return problem(422, 'another request has this Idempotency-Key: use a new key');
  }
  const runId = await startRun(services, {
    trigger: 'manual',
    due: first.at,
    startedBy: caller,
    request: key === undefined ? invocation : `key ${sha256Hex(key).slice(0, 32)}`,
    ...(dryRun !== undefined && { dryRun }),
    ...(images !== undefined && { images }),
    ...(retry !== undefined && { retry }),
  });
  const isForced = services.options.dryRun && dryRun === false;
  const answer: z.infer<typeof Started> = {
    runId,
    dryRun: services.options.dryRun || dryRun === true,
    ...(isForced && { note: 'PATCHWRIGHT_DRY_RUN is true, so that this is a dry run' }),
  };
  return json(answer, 202);
}
