import * as z from 'zod';
import type { Caller } from './admission.ts';
import { type Answer, json } from './answer.ts';

/** Who sends the request, and whether they may act. The dashboard shows a reader no actions. */
export const Me = z
  .object({ name: z.string(), role: z.enum(['reader', 'operator']) })
  .meta({ id: 'Me' });

export function getMe({ name, role }: Caller): Answer {
  return json({ name, role } satisfies z.infer<typeof Me>);
}
