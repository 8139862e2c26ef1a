import type { AppSettings } from './app-settings.ts';
import type { DrivenFunction } from './bindings.ts';
import type { LogListener } from './host-log.ts';

/** How one invocation ended. */
export interface InvocationEnd {
  readonly functionName: string;
  readonly invocationId: string;
  readonly durationMs: number;
  /** Undefined where it succeeded. */
  readonly error: string | undefined;
}

export interface FunctionsHostOptions {
  /** The folder with package.json, host.json and the built app. */
  readonly folder: string;
  /** The app's settings: all of its environment. */
  readonly settings: AppSettings;
  readonly onLog?: LogListener;
  readonly onInvocation?: (end: InvocationEnd) => void;
  /** Milliseconds between looks into an empty queue, whatever host.json says. The stand-in alone. */
  readonly pollingMs?: number;
  /** Seconds that a message stays invisible when its instance dies, 600 by default. The stand-in alone. */
  readonly leaseSeconds?: number;
  /**
   * Seconds for which the timers of an instance that was killed stay leased, as in host.json by default
   * (60 there). The stand-in alone.
   */
  readonly timerLeaseSeconds?: number;
  /** The port of the HTTP functions; any free one by default. */
  readonly port?: number;
  /** Under which the host keeps the status of its timers; any by default. */
  readonly hostId?: string;
  /**
   * The principal (JSON) that App Service's authentication found, put into each request in place of what
   * the client sent. By default authentication is off, and the client's header arrives. The stand-in alone.
   */
  readonly principal?: object;
  /** Starts no timers: they run only when they are fired. */
  readonly timersByHand?: boolean;
}

/** One instance of the app with its host. */
export interface FunctionsHost {
  /** `http://127.0.0.1:PORT`, without the route prefix. */
  readonly url: string;
  readonly routePrefix: string;
  readonly keys: { readonly master: string; readonly function: string };
  /** Those that run: not what a setting disables, nor what the host found to be in error. */
  readonly functions: readonly DrivenFunction[];
  /** Settles when the host ends by itself, with the reason as its log has it. */
  readonly ended: Promise<string>;
  /**
   * Invokes a timer or queue function as the admin endpoint does, and settles with the end of the first
   * try; rejects if it fails. `input` is the message of a queue function.
   */
  fire(name: string, input?: string): Promise<void>;
  /** SIGKILL: nothing that runs ends, messages in work stay invisible for their lease. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, or after its end. */
  restart(): Promise<void>;
  /** Ends in order: what runs may finish, for a moment. */
  close(): Promise<void>;
}
