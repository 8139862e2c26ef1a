import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A .NET time span, `hh:mm:ss` or `d.hh:mm:ss`, as milliseconds. */
const TimeSpan = z
  .string()
  .regex(/^(?:\d+\.)?\d{1,2}:\d{2}:\d{2}(?:\.\d{1,7})?$/)
  .transform((text) => {
    const [clock = '', days = '0'] = text.split(/\.(?=\d+:)/).reverse();
    const [hours = '0', minutes = '0', seconds = '0'] = clock.split(':');
    const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60;
    return (total + Number(seconds)) * 1000;
  });

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json */
const Queues = z
  .object({
    visibilityTimeout: TimeSpan.default(0),
    batchSize: z.number().int().min(1).max(32).default(16),
    newBatchThreshold: z.number().int().min(0).optional(),
    maxDequeueCount: z.number().int().min(1).default(5),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform((queues) => ({
    ...queues,
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2),
  }));

const Level = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none']));

export const HostJson = z.object({
  version: z.literal('2.0'),
  /** Milliseconds are Infinity if the host sets no limit. Flex Consumption's default: 30 minutes. */
  functionTimeout: z
    .union([z.literal('-1').transform(() => Number.POSITIVE_INFINITY), TimeSpan])
    .default(30 * 60_000),
  logging: z.object({ logLevel: z.record(z.string(), Level).default({}) }).prefault({}),
  /** For how long the instance that listens to a timer leases it, in milliseconds. */
  singleton: z.object({ listenerLockPeriod: TimeSpan.default(60_000) }).prefault({}),
  extensions: z
    .object({
      queues: Queues.prefault({}),
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
    })
    .prefault({}),
});
export type HostJson = z.infer<typeof HostJson>;
export type QueueOptions = HostJson['extensions']['queues'];

export async function readHostJson(folder: string): Promise<HostJson> {
  return HostJson.parse(JSON.parse(await readFile(join(folder, 'host.json'), 'utf8')));
}
