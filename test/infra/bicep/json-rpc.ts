import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';

const HEADER_END = '\r\n\r\n';

const Answer = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Answer = z.infer<typeof Answer>;

/** An error in the other side's reply, with the compiler's message. */
export class RpcError extends Error {}

interface Waiting {
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
}

/** JSON-RPC over a child's standard streams, each message with a header that gives its length. */
export class JsonRpc {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, Waiting>();
  #received: Buffer = Buffer.alloc(0);
  #lastId = 0;

  constructor(program: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
    this.#child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('exit', (code) => this.#end(new Error(`${program} ended with ${code}`)));
  }

  /** Throws `RpcError` if the other side answers with an error. */
  async ask(method: string, params: unknown): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, { answer: resolve, fail: reject });
    const message = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(message)}${HEADER_END}${message}`);
    const { result, error } = await promise;
    if (error !== undefined) throw new RpcError(error.message);
    return result;
  }

  stop(): void {
    this.#child.kill();
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const start = this.#received.indexOf(HEADER_END);
      if (start < 0) return;
      const header = this.#received.toString('utf8', 0, start);
      const [, length] = /content-length: (\d+)/i.exec(header) ?? [];
      const body = start + HEADER_END.length;
      const end = body + Number(length);
      if (this.#received.length < end) return;
      const answer = Answer.parse(JSON.parse(this.#received.toString('utf8', body, end)));
      this.#received = this.#received.subarray(end);
      this.#waiting.get(answer.id)?.answer(answer);
      this.#waiting.delete(answer.id);
    }
  }

  #end(error: Error): void {
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}
