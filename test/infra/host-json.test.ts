import { expect, it } from 'vitest';
import * as z from 'zod';
import host from '../../host.json' with { type: 'json' };
import { readSettings } from '../../lib/settings.ts';
import sample from '../../local.settings.sample.json' with { type: 'json' };

const values: Readonly<Record<string, string>> = sample.Values;

/** `hh:mm:ss`, converted to seconds. */
const TimeSpan = z
  .string()
  .regex(/^\d\d:\d\d:\d\d$/)
  .transform((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
const Level = z.enum(['None', 'Critical', 'Error', 'Warning', 'Information', 'Debug', 'Trace']);

/**
 * The fields of host.json that we use, with the bounds of its published reference ("host.json reference
 * for Azure Functions 2.x and later", "Azure Queue storage bindings: host.json settings"). Strict: the
 * host ignores an unknown field.
 */
const HostJson = z.strictObject({
  version: z.literal('2.0'),
  functionTimeout: TimeSpan,
  logging: z.strictObject({
    logLevel: z.record(z.string(), Level),
    applicationInsights: z.strictObject({
      samplingSettings: z.strictObject({ isEnabled: z.boolean(), excludedTypes: z.string() }),
    }),
  }),
  extensionBundle: z.strictObject({
    id: z.literal('Microsoft.Azure.Functions.ExtensionBundle'),
    version: z.string().regex(/^\[4\.\*, 5\.0\.0\)$/),
  }),
  extensions: z.strictObject({
    queues: z.strictObject({
      maxPollingInterval: TimeSpan,
      visibilityTimeout: TimeSpan,
      batchSize: z.number().int().min(1).max(32),
      newBatchThreshold: z.number().int().min(0),
      maxDequeueCount: z.number().int().min(1),
      messageEncoding: z.enum(['base64', 'none']),
    }),
    http: z.strictObject({ routePrefix: z.string() }),
  }),
});

const parsed = HostJson.parse(host);

it('uses only fields and values of the published reference', () => {
  expect(HostJson.safeParse(host).success).toBe(true);
});

it('ends a function before the lease of a job expires', () => {
  const { pipeline } = readSettings(values);

  expect(parsed.functionTimeout).toBeLessThan(pipeline.leaseSeconds);
});

it('retries a failed message after one to five minutes, so that a short outage poisons none', () => {
  const { visibilityTimeout, maxDequeueCount } = parsed.extensions.queues;

  expect(visibilityTimeout).toBeGreaterThanOrEqual(60);
  expect(visibilityTimeout).toBeLessThanOrEqual(300);
  expect(maxDequeueCount).toBeGreaterThanOrEqual(5);
});

it('reads messages in the encoding that the sender writes', () => {
  expect(parsed.extensions.queues.messageEncoding).toBe('base64');
});

it('excludes the messages that alerts search for from sampling', () => {
  const { excludedTypes } = parsed.logging.applicationInsights.samplingSettings;

  expect(excludedTypes.split(';')).toEqual(
    expect.arrayContaining(['Trace', 'Request', 'Exception']),
  );
  expect(parsed.logging.logLevel.Function).toBe('Information');
});

it('logs what the app prints at its start, outside of an invocation', () => {
  expect(parsed.logging.logLevel['Host.Function.Console']).toBe('Information');
});
