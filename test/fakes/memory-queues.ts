import type { Clock } from '../../lib/clock.ts';
import { checkDelay, encodeMessage } from '../../lib/storage/queue-message.ts';
import type { PoisonMessage, QueueName, Queues } from '../../lib/storage/queues.ts';
import { StorageError } from '../../lib/storage/storage-error.ts';

export type AnyQueueName = QueueName | `${QueueName}-poison`;

/** The most that the service gives out at once. */
const MOST_MESSAGES = 32;
const POISON_HIDDEN_SECONDS = 300;

/** A message in its queue. */
export interface PendingMessage {
  readonly queue: AnyQueueName;
  /** Increases with every sent message. */
  readonly id: number;
  /** Parsed at each access, so that callers never share it. */
  readonly body: unknown;
  readonly insertedAt: Date;
  readonly visibleAt: Date;
  /** How often it was received. */
  readonly dequeueCount: number;
}

/** A received message, valid until `visibleAt` or until it is received again. */
export interface ReceivedMessage extends PendingMessage {
  readonly popReceipt: string;
}

interface Message {
  readonly queue: AnyQueueName;
  readonly id: number;
  readonly text: string;
  readonly insertedAt: number;
  visibleAt: number;
  dequeueCount: number;
  popReceipt: string;
}

/**
 * Storage queues in memory. The owner of this object delivers: a test or a simulation reads
 * `visible()`, picks any message (a queue has no order) and receives it by its id.
 */
export class MemoryQueues implements Queues {
  readonly #clock: Clock;
  readonly #missing: ReadonlySet<QueueName>;
  readonly #messages = new Map<number, Message>();
  #lastId = 0;
  #receipts = 0;

  constructor(options: { readonly clock: Clock; readonly missing?: readonly QueueName[] }) {
    this.#clock = options.clock;
    this.#missing = new Set(options.missing ?? []);
  }

  async send(
    queue: QueueName,
    message: unknown,
    options: { readonly delaySeconds?: number } = {},
  ): Promise<void> {
    const delaySeconds = options.delaySeconds ?? 0;
    checkDelay(queue, delaySeconds);
    const text = encodeMessage(queue, message);
    if (this.#missing.has(queue)) {
      throw new StorageError('not-provisioned', `${queue}: no such queue`);
    }
    this.#add(queue, text, delaySeconds);
  }

  async receivePoison(queue: QueueName): Promise<readonly PoisonMessage[]> {
    return this.visible(poisonOf(queue))
      .slice(0, MOST_MESSAGES)
      .flatMap(({ id }) => {
        const message = this.#messages.get(id);
        if (message === undefined) return [];
        const receipt = this.#take(message, POISON_HIDDEN_SECONDS);
        const insertedAt = new Date(message.insertedAt);
        return [{ id: String(id), text: message.text, insertedAt, receipt }];
      });
  }

  async deletePoison(_: QueueName, { id, receipt }: PoisonMessage): Promise<void> {
    const held = this.#messages.get(Number(id));
    if (held?.popReceipt === receipt) this.#messages.delete(held.id);
  }

  /** A message as somebody else may send it: any text at all. */
  sendText(queue: AnyQueueName, text: string): void {
    this.#add(queue, text, 0);
  }

  /** The messages of one queue or of all, visible or not, oldest first. */
  pending(queue?: AnyQueueName): readonly PendingMessage[] {
    return this.#select(queue, () => true);
  }

  /** The messages that could be received now, oldest first. */
  visible(queue?: AnyQueueName): readonly PendingMessage[] {
    const now = this.#clock.now().getTime();
    return this.#select(queue, ({ visibleAt }) => visibleAt <= now);
  }

  /** Time when the next hidden message becomes visible, for setting a virtual clock. */
  nextVisibleAt(): Date | undefined {
    const now = this.#clock.now().getTime();
    let next = Infinity;
    for (const { visibleAt } of this.#messages.values()) {
      if (visibleAt > now) next = Math.min(next, visibleAt);
    }
    return next === Infinity ? undefined : new Date(next);
  }

  /**
   * Receives a visible message, the oldest or the named one, and hides it for this time (10 minutes is
   * the Functions host's lease). Undefined if there is none.
   */
  receive(
    queue: AnyQueueName,
    options: { readonly id?: number; readonly visibilitySeconds?: number } = {},
  ): ReceivedMessage | undefined {
    const candidates = this.visible(queue);
    const chosen =
      options.id === undefined ? candidates[0] : candidates.find(({ id }) => id === options.id);
    const message = chosen === undefined ? undefined : this.#messages.get(chosen.id);
    if (message === undefined) return undefined;
    const popReceipt = this.#take(message, options.visibilitySeconds ?? 600);
    return { ...lookAt(message), popReceipt };
  }

  /** Returns false if the message was received again since, or is gone. */
  delete(message: ReceivedMessage): boolean {
    return this.#held(message) !== undefined && this.#messages.delete(message.id);
  }

  /** Makes the message visible again after the delay, as the host does after a failure. */
  release(message: ReceivedMessage, delaySeconds = 0): boolean {
    const held = this.#held(message);
    if (held === undefined) return false;
    held.visibleAt = this.#clock.now().getTime() + delaySeconds * 1000;
    // The service issues a new receipt with each change.
    this.#receipts += 1;
    held.popReceipt = `receipt-${this.#receipts}`;
    return true;
  }

  /** Hides it for so much longer, as the host does while its function runs. */
  renew(message: ReceivedMessage, seconds: number): void {
    const held = this.#held(message);
    if (held !== undefined) held.visibleAt = this.#clock.now().getTime() + seconds * 1000;
  }

  /** Moves a message that was received too often to the poison queue, like the host. */
  poison(message: ReceivedMessage): boolean {
    const held = this.#held(message);
    if (held === undefined || held.queue.endsWith('-poison')) return false;
    this.#add(poisonOf(held.queue), held.text, 0);
    return this.#messages.delete(message.id);
  }

  /** Simulates a fault: the message is lost. */
  drop(id: number): boolean {
    return this.#messages.delete(id);
  }

  /** Simulates a fault: the message is duplicated. */
  duplicate(id: number): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    const delayMs = Math.max(0, message.visibleAt - this.#clock.now().getTime());
    this.#add(message.queue, message.text, delayMs / 1000);
  }

  /** A simulation reads the queues at every step, so views are made only for the wanted messages. */
  #select(
    queue: AnyQueueName | undefined,
    wanted: (message: Message) => boolean,
  ): readonly PendingMessage[] {
    const found: PendingMessage[] = [];
    for (const message of this.#messages.values()) {
      if ((queue === undefined || message.queue === queue) && wanted(message)) {
        found.push(lookAt(message));
      }
    }
    return found;
  }

  #add(queue: AnyQueueName, text: string, delaySeconds: number): void {
    this.#lastId += 1;
    const now = this.#clock.now().getTime();
    this.#messages.set(this.#lastId, {
      queue,
      id: this.#lastId,
      text,
      insertedAt: now,
      visibleAt: now + delaySeconds * 1000,
      dequeueCount: 0,
      popReceipt: '',
    });
  }

  /** The new receipt. */
  #take(message: Message, visibilitySeconds: number): string {
    this.#receipts += 1;
    message.popReceipt = `receipt-${this.#receipts}`;
    message.dequeueCount += 1;
    message.visibleAt = this.#clock.now().getTime() + visibilitySeconds * 1000;
    return message.popReceipt;
  }

  #held(message: ReceivedMessage): Message | undefined {
    const held = this.#messages.get(message.id);
    return held?.popReceipt === message.popReceipt ? held : undefined;
  }
}

function poisonOf(queue: AnyQueueName): AnyQueueName {
  switch (queue) {
    case 'patchwright-jobs':
    case 'patchwright-runs':
      return `${queue}-poison`;
    default:
      return queue;
  }
}

function lookAt(message: Message): PendingMessage {
  return {
    queue: message.queue,
    id: message.id,
    // Parsed on access, because most messages are not accessed.
    get body(): unknown {
      return JSON.parse(Buffer.from(message.text, 'base64').toString());
    },
    insertedAt: new Date(message.insertedAt),
    visibleAt: new Date(message.visibleAt),
    dequeueCount: message.dequeueCount,
  };
}
