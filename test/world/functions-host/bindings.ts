import * as z from 'zod';
import type { RegisteredFunction } from './messages.ts';

/** A function by its trigger, as this host drives it. */
export type DrivenFunction = TimerFunction | QueueFunction | HttpFunction;

interface Base {
  readonly name: string;
  /** The name under which the trigger's data is passed. */
  readonly input: string;
  /** Binding name → queue, for output bindings. */
  readonly outputs: Readonly<Record<string, QueueOutput>>;
}

export interface QueueOutput {
  readonly queueName: string;
  readonly connection?: string | undefined;
}

export interface TimerFunction extends Base {
  readonly kind: 'timer';
  readonly schedule: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
  readonly retry: RetryOptions | undefined;
}

export interface QueueFunction extends Base {
  readonly kind: 'queue';
  readonly queueName: string;
  readonly connection?: string | undefined;
}

export interface HttpFunction extends Base {
  readonly kind: 'http';
  readonly methods: readonly string[];
  readonly authLevel: 'anonymous' | 'function' | 'admin';
  readonly route: string;
}

const Duration = z
  .object({ seconds: z.coerce.number().default(0), nanos: z.coerce.number().default(0) })
  .transform(({ seconds, nanos }) => seconds * 1000 + nanos / 1_000_000);
const RetryOptions = z.object({
  maxRetryCount: z.number().int(),
  retryStrategy: z.literal('fixedDelay'),
  delayInterval: Duration,
});
export type RetryOptions = z.infer<typeof RetryOptions>;

const Timer = z.object({
  type: z.literal('timerTrigger'),
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});
const Queue = z.object({
  type: z.literal('queueTrigger'),
  queueName: z.string(),
  connection: z.string().optional(),
});
const Http = z.object({
  type: z.literal('httpTrigger'),
  methods: z.array(z.string().toUpperCase()),
  authLevel: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['anonymous', 'function', 'admin'])),
  route: z.string().optional(),
});
const Trigger = z.discriminatedUnion('type', [Timer, Queue, Http]);
const Output = z.object({
  type: z.literal('queue'),
  queueName: z.string(),
  connection: z.string().optional(),
});

/** Reads a registration. Throws where it asks for something that this host does not drive. */
export function drivenFunction(registered: RegisteredFunction): DrivenFunction {
  const entries = Object.entries(registered.bindings);
  const trigger = entries.find(([, one]) => /trigger$/i.test(one.type));
  if (trigger === undefined) {
    throw new Error(`the function '${registered.name}' has no trigger`);
  }
  const [input, binding] = trigger;
  const parsed = Trigger.safeParse(binding);
  if (!parsed.success) {
    throw new Error(`this host can't drive '${registered.name}': ${z.prettifyError(parsed.error)}`);
  }
  const outputs: Record<string, QueueOutput> = {};
  for (const [name, one] of entries) {
    if (one.direction === 'out' && one.type.toLowerCase() !== 'http') {
      outputs[name] = Output.parse(one);
    }
  }
  const base = { name: registered.name, input, outputs };
  switch (parsed.data.type) {
    case 'timerTrigger': {
      const retry = registered.retryOptions;
      return {
        kind: 'timer',
        ...base,
        ...parsed.data,
        retry: retry === undefined ? undefined : RetryOptions.parse(retry),
      };
    }
    case 'queueTrigger':
      return { kind: 'queue', ...base, ...parsed.data };
    case 'httpTrigger':
      return { kind: 'http', ...base, ...parsed.data, route: parsed.data.route ?? registered.name };
  }
}
