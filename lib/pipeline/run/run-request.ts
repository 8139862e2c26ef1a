import * as z from 'zod';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { Result } from '../../result.ts';
import { plainText } from '../../text/plain-text.ts';

const MAX_IMAGES = 100;
const MAX_KEY = 100;
const BODY = 'the body';
const UNKNOWN = 'is unknown: the body may have dryRun, images and retry';

/** An image of the request: `repository:tag`. */
const Image = z.string().superRefine((text, context) => {
  const [repository, tag, ...rest] = text.split(':');
  const known = RepositoryName.safeParse(repository).success && Tag.safeParse(tag).success;
  if (known && rest.length === 0) return;
  context.addIssue({ code: 'custom', message: 'must be REPOSITORY:TAG, for example team/api:1.4' });
});

/** The body of `POST /api/runs`. */
export const RunRequestBody = z
  .strictObject(
    {
      dryRun: z.boolean({ error: 'must be true or false' }).optional(),
      images: z
        .array(Image, { error: 'must be a list of REPOSITORY:TAG' })
        .min(1, 'must name at least one image')
        .max(MAX_IMAGES, `may name ${MAX_IMAGES} images`)
        .optional(),
      retry: z.boolean({ error: 'must be true or false' }).optional(),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'must be an object' : undefined) },
  )
  .refine(({ images, retry }) => retry !== true || images !== undefined, {
    path: ['retry'],
    error: 'needs a list of images',
  });

/** The body of `POST /api/runs`; all parts may be absent. */
export interface RunRequest {
  readonly dryRun?: boolean | undefined;
  /** The only images to look at, as `repository:tag`. */
  readonly images?: readonly string[] | undefined;
  /** Ends the back-off of these images. */
  readonly retry?: boolean | undefined;
}

/** A wrong part of the body: `images[0]`, or `the body` itself. */
export interface RequestFault {
  readonly field: string;
  readonly fault: string;
}

/** Parses the body. Every wrong part has a fault that names it. */
export function parseRunRequest(text: string): Result<RunRequest, readonly RequestFault[]> {
  const bytes = new TextEncoder().encode(text === '' ? '{}' : text);
  const json = readJson(z.unknown(), bytes);
  if (!json.ok) return { ok: false, fault: [{ field: BODY, fault: json.fault }] };
  const parsed = RunRequestBody.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, fault: parsed.error.issues.flatMap(faultsOf).slice(0, MAX_IMAGES) };
}

function faultsOf(issue: z.core.$ZodIssue): readonly RequestFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: plainText(key, MAX_KEY), fault: UNKNOWN }));
  }
  const { path, message } = issue;
  const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join('');
  return [{ field: where === '' ? BODY : where, fault: message }];
}
