import type * as z from 'zod';
import type { Services } from '../services.ts';
import type { EVENT_DATA, EventType } from './event-data.ts';

/** A CloudEvents 1.0 event in its JSON format (github.com/cloudevents/spec). */
export interface CloudEvent<Type extends EventType = EventType> {
  readonly specversion: '1.0';
  /** The same for one event, whoever sends it and however often. */
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly time: string;
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly data: z.input<(typeof EVENT_DATA)[Type]>;
}

/** Names the installation: two of them on one registry are two sources. */
export function eventSource({
  registry,
  options,
}: Pick<Services, 'registry'> & { readonly options: Pick<Services['options'], 'installation'> }) {
  const { installation } = options;
  return `patchwright://${registry.host}${installation === undefined ? '' : `/${installation}`}`;
}

export function cloudEvent<Type extends EventType>(
  type: Type,
  about: {
    readonly id: string;
    readonly source: string;
    readonly time: Date;
    readonly subject: string;
  },
  data: CloudEvent<Type>['data'],
): CloudEvent<Type> {
  const { id, source, time, subject } = about;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    time: time.toISOString(),
    subject,
    datacontenttype: 'application/json',
    data,
  };
}
