import type { HostLog } from './host-log.ts';

/** Data as it crosses between the host and the app's process: the fields of the worker's protocol. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: HttpData;
}

export interface NullableText {
  readonly value: string;
}

export interface HttpData {
  readonly method?: string;
  readonly url?: string;
  readonly nullableHeaders?: Readonly<Record<string, NullableText>>;
  readonly nullableParams?: Readonly<Record<string, NullableText>>;
  readonly nullableQuery?: Readonly<Record<string, NullableText>>;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: TypedData | null;
  readonly cookies?: readonly HttpCookie[];
  /** Who was authorized, and how: for a function key its level and its name. */
  readonly identities?: readonly Identity[];
}

export interface Identity {
  readonly authenticationType: NullableText;
  readonly claims: readonly { readonly type: string; readonly value: string }[];
}

export interface HttpCookie {
  readonly name: string;
  readonly value: string;
  readonly path?: NullableText;
}

/** A binding as the library registers it; what else it holds depends on its type. */
export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out';
  readonly [option: string]: unknown;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

export interface InvocationRequest {
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  /** There from the first try on, if the function has a retry policy. */
  readonly retryContext?: {
    readonly retryCount: number;
    readonly maxRetryCount: number;
    readonly exception?: { readonly message: string };
  };
}

export interface InvocationResponse {
  readonly returnValue?: TypedData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
}

/** Host → app's process. */
export type ToApp =
  | {
      readonly kind: 'invoke';
      readonly id: string;
      readonly functionName: string;
      readonly request: InvocationRequest;
    }
  | { readonly kind: 'stop' };

/** App's process → host. */
export type FromApp =
  | { readonly kind: 'ready'; readonly functions: readonly RegisteredFunction[] }
  | { readonly kind: 'load-failed'; readonly message: string }
  | { readonly kind: 'log'; readonly log: HostLog }
  | { readonly kind: 'done'; readonly id: string; readonly response: InvocationResponse }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string };
