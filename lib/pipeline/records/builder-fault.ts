import { z } from 'zod';
import {
  type BuilderRefusal,
  describeRefusals,
  lastingRefusals,
} from '../../job/builder-report.ts';

/** Columns of a job and of a run in whose container groups no builder can work. */
export const BUILDER_FAULT_COLUMNS = {
  /** The refused system call and its error: `chroot`, `EPERM`. */
  builderCall: z.string().optional(),
  builderErrno: z.string().optional(),
  /** For people: every refusal. */
  builderDetail: z.string().optional(),
} as const;

/** Why no builder can work in container groups of this kind. */
export interface BuilderFault {
  readonly builderCall: string;
  readonly builderErrno: string;
  readonly builderDetail: string;
}

/** Returns undefined if a builder may work in another container of this kind. */
export function builderFaultOf(refusals: readonly BuilderRefusal[]): BuilderFault | undefined {
  const lasting = lastingRefusals(refusals);
  const [first] = lasting;
  if (first === undefined) return undefined;
  return {
    builderCall: first.call,
    builderErrno: first.errno,
    builderDetail: `container groups refuse what a builder needs: ${describeRefusals(lasting)}`,
  };
}

export function builderFaultIn(
  record: {
    readonly [Column in keyof BuilderFault]?: string | undefined;
  },
): BuilderFault | undefined {
  const { builderCall, builderErrno, builderDetail } = record;
  if (builderCall === undefined || builderErrno === undefined || builderDetail === undefined) {
    return undefined;
  }
  return { builderCall, builderErrno, builderDetail };
}
