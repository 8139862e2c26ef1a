import * as z from 'zod';
import {
  type BuilderRefusal,
  describeRefusals,
  lastingRefusals,
} from '../../job/builder-report.ts';

/** The values of PATCHWRIGHT_BUILDER with which each group probes for its builder. */
const BuilderSetting = z.enum(['standard', 'confidential']);

/** Columns of a job and of a run in whose container groups no builder can work. */
export const BUILDER_FAULT_COLUMNS = {
  /** The refused system call and its error: `chroot`, `EPERM`. */
  builderCall: z.string().optional(),
  builderErrno: z.string().optional(),
  /** For people: every refusal. */
  builderDetail: z.string().optional(),
  /** PATCHWRIGHT_BUILDER at that time: the fault is one of its kind of container groups. */
  builderSetting: BuilderSetting.optional(),
} as const;

/** Why no builder can work in container groups of this kind. */
export interface BuilderFault {
  readonly builderCall: string;
  readonly builderErrno: string;
  readonly builderDetail: string;
  readonly builderSetting: z.infer<typeof BuilderSetting>;
}

/** Returns undefined if a builder may work in another container of this kind. */
export function builderFaultOf(
  setting: BuilderFault['builderSetting'],
  refusals: readonly BuilderRefusal[],
): BuilderFault | undefined {
  const lasting = lastingRefusals(refusals);
  const [first] = lasting;
  if (first === undefined) return undefined;
  return {
    builderCall: first.call,
    builderErrno: first.errno,
    builderDetail: `container groups refuse what a builder needs: ${describeRefusals(lasting)}`,
    builderSetting: setting,
  };
}

export function builderFaultIn(
  record: {
    readonly [Column in keyof BuilderFault]?: BuilderFault[Column] | undefined;
  },
): BuilderFault | undefined {
  const { builderCall, builderErrno, builderDetail, builderSetting } = record;
  if (
    builderCall === undefined ||
    builderErrno === undefined ||
    builderDetail === undefined ||
    builderSetting === undefined
  ) {
    return undefined;
  }
  return { builderCall, builderErrno, builderDetail, builderSetting };
}
