import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { InvocationTimedOut } from './app-supervisor.ts';
import type { QueueFunction } from './bindings.ts';
import { dotnetTime } from './dotnet-time.ts';
import type { QueueOptions } from './host-json.ts';
import { hostLog, type LogListener } from './host-log.ts';
import type { InvocationRequest, TypedData } from './messages.ts';

export interface QueueListenerOptions {
  readonly queue: QueueClient;
  /** Where messages go that failed too often; none for a queue that is a poison queue itself. */
  readonly poison: QueueClient | undefined;
  readonly options: QueueOptions;
  /** Milliseconds between looks into an empty queue. */
  readonly pollingMs: number;
  /** How long a message stays invisible while it is worked on; renewed at half of it. */
  readonly leaseSeconds: number;
  readonly invoke: (request: InvocationRequest) => Promise<void>;
  readonly onLog: LogListener;
}

/**
 * Drives one function by its queue as the Storage extension does: batches, a lease that is renewed,
 * deletion after success, and the poison queue after too many failures.
 * https://github.com/Azure/azure-sdk-for-net Microsoft.Azure.WebJobs.Extensions.Storage.Queues
 */
export class QueueListener {
  readonly #function: QueueFunction;
  readonly #config: QueueListenerOptions;
  readonly #running = new Set<Promise<void>>();
  #stopped = false;
  #abandoned = false;
  #wake: (() => void) | undefined;
  readonly #loop: Promise<void>;

  constructor(queueFunction: QueueFunction, config: QueueListenerOptions) {
    this.#function = queueFunction;
    this.#config = config;
    this.#loop = this.#poll();
  }

  /** Takes no more messages and waits for those that are being worked on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#loop;
    await Promise.all(this.#running);
  }

  /** As if the machine had gone: messages that are being worked on are neither ended nor let go. */
  abandon(): void {
    this.#abandoned = true;
    this.#stopped = true;
    this.#wake?.();
  }

  async #poll(): Promise<void> {
    const { options, queue, leaseSeconds, pollingMs } = this.#config;
    while (!this.#stopped) {
      let received: readonly DequeuedMessageItem[] = [];
      if (this.#running.size <= options.newBatchThreshold) {
        received = await this.#receive(queue, options.batchSize, leaseSeconds);
      }
      for (const message of received) {
        this.#track(this.#process(message));
      }
      if (received.length === 0) {
        await this.#pause(pollingMs);
      }
    }
  }

  async #receive(
    queue: QueueClient,
    numberOfMessages: number,
    visibilityTimeout: number,
  ): Promise<readonly DequeuedMessageItem[]> {
    try {
      const answer = await queue.receiveMessages({ numberOfMessages, visibilityTimeout });
      return this.#abandoned ? [] : answer.receivedMessageItems;
    } catch (error) {
      // A queue that is not there yet, or a storage that does not answer: the host goes on asking.
      const text = `the queue '${this.#function.queueName}' can't be read: ${messageOf(error)}`;
      this.#config.onLog(hostLog('warning', text));
      await this.#pause(this.#config.pollingMs * 4);
      return [];
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        const text = `a message of '${this.#function.queueName}' was lost hold of: ${messageOf(error)}`;
        this.#config.onLog(hostLog('error', text, { functionName: this.#function.name }));
      })
      .finally(() => {
        this.#running.delete(tracked);
        this.#wake?.();
      });
    this.#running.add(tracked);
  }

  async #process(message: DequeuedMessageItem): Promise<void> {
    const { options, poison } = this.#config;
    const bytes = decode(message.messageText, options.messageEncoding);
    // A poison queue has none of its own: its messages are tried without end, or stay unread.
    const isOver = poison !== undefined && message.dequeueCount > options.maxDequeueCount;
    if (bytes === undefined || isOver) {
      await this.#moveToPoison(message, message.popReceipt);
      return;
    }
    const lease = this.#keepLease(message);
    const failure = await this.#attempt(message, bytes);
    const popReceipt = await lease.end();
    if (this.#abandoned) return;
    if (!failure.failed) {
      await this.#config.queue.deleteMessage(message.messageId, popReceipt);
    } else if (poison === undefined) {
      // It stays invisible until its lease ends, so that it does not fail in a fast loop.
    } else if (message.dequeueCount >= options.maxDequeueCount) {
      await this.#moveToPoison(message, popReceipt);
    } else {
      const delaySeconds = options.visibilityTimeout / 1000;
      const { messageId } = message;
      await this.#config.queue.updateMessage(messageId, popReceipt, undefined, delaySeconds);
    }
  }

  async #attempt(
    message: DequeuedMessageItem,
    bytes: Uint8Array,
  ): Promise<{ readonly failed: boolean }> {
    const text = utf8(bytes);
    if (text === undefined) {
      const about = { functionName: this.#function.name };
      const complaint = `Exception binding parameter '${this.#function.input}': the message is not UTF-8`;
      this.#config.onLog(hostLog('error', complaint, about));
      return { failed: true };
    }
    try {
      await this.#config.invoke(requestOf(this.#function, message, text));
      return { failed: false };
    } catch (error) {
      if (error instanceof InvocationTimedOut) await error.released;
      return { failed: true };
    }
  }

  #keepLease(message: DequeuedMessageItem): { end(): Promise<string> } {
    const { queue, leaseSeconds } = this.#config;
    let popReceipt = message.popReceipt;
    let renewal = Promise.resolve();
    const timer = setInterval(() => {
      renewal = renewal.then(async () => {
        if (!this.#abandoned) {
          const { messageId } = message;
          const answer = await queue.updateMessage(messageId, popReceipt, undefined, leaseSeconds);
          popReceipt = answer.popReceipt ?? popReceipt;
        }
      });
      renewal.catch(() => undefined);
    }, leaseSeconds * 500);
    return {
      async end() {
        clearInterval(timer);
        await renewal.catch(() => undefined);
        return popReceipt;
      },
    };
  }

  async #moveToPoison(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const { poison, queue, onLog } = this.#config;
    if (poison === undefined) {
      return;
    }
    await poison.createIfNotExists();
    // Without a time to live of its own: it is gone after the queue service's seven days.
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, popReceipt);
    const text =
      `Message has reached MaxDequeueCount of ${this.#config.options.maxDequeueCount}. ` +
      `Moving message to queue '${poison.name}'.`;
    onLog(hostLog('warning', text, { functionName: this.#function.name }));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const wake = done;
      this.#wake = wake;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      if (this.#stopped) {
        done();
      }
    });
  }
}

/** .NET accepts white space in base64, and ignores bits of the last digit that no byte uses. */
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** Undefined if the text is not what the encoding says. */
function decode(text: string, encoding: QueueOptions['messageEncoding']): Uint8Array | undefined {
  if (encoding === 'none') return Buffer.from(text);
  const compact = text.replaceAll(/[\t\n\r ]/g, '');
  return BASE64.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function requestOf(
  queueFunction: QueueFunction,
  message: DequeuedMessageItem,
  text: string,
): InvocationRequest {
  const json = (value: unknown) => ({ json: JSON.stringify(value) });
  const time = (date: Date | undefined) => json(date === undefined ? null : dotnetTime(date));
  return {
    inputData: [{ name: queueFunction.input, data: { string: text } }],
    triggerMetadata: {
      ...fieldsOf(text),
      QueueTrigger: { string: text },
      DequeueCount: json(message.dequeueCount),
      Id: { string: message.messageId },
      PopReceipt: { string: message.popReceipt },
      InsertionTime: time(message.insertedOn),
      ExpirationTime: time(message.expiresOn),
      NextVisibleTime: time(message.nextVisibleOn),
    },
  };
}

/** A message's own fields, if it is a JSON object. */
function fieldsOf(text: string): Readonly<Record<string, TypedData>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, { json: JSON.stringify(field) }]),
    );
  } catch {
    return {};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
