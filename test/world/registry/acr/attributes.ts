import * as z from 'zod';
import { RegistryFault } from '../errors.ts';
import { type RegistryRequest, readBody } from '../http.ts';
import type { Attributed } from '../storage/repository.ts';

const MAX_BYTES = 64 * 1024;

const Change = z.looseObject({
  deleteEnabled: z.boolean().optional(),
  writeEnabled: z.boolean().optional(),
  readEnabled: z.boolean().optional(),
  listEnabled: z.boolean().optional(),
});

/** Sets the attributes in the body and keeps the others. */
export async function changeAttributes(
  part: Attributed,
  request: RegistryRequest,
  now: Date,
): Promise<void> {
  const change = parse(await readBody(request, MAX_BYTES));
  const { attributes } = part;
  part.attributes = {
    deleteEnabled: change.deleteEnabled ?? attributes.deleteEnabled,
    writeEnabled: change.writeEnabled ?? attributes.writeEnabled,
    readEnabled: change.readEnabled ?? attributes.readEnabled,
    listEnabled: change.listEnabled ?? attributes.listEnabled,
  };
  part.updated = now;
}

function parse(bytes: Buffer): z.infer<typeof Change> {
  try {
    return Change.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new RegistryFault('VALIDATION', 'invalid attributes', { detail: String(cause) });
  }
}
