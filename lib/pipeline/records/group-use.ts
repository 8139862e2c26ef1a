import * as z from 'zod';

const Amount = z.number().nonnegative().optional();
const Count = z.number().int().nonnegative().optional();

/** Columns of a job for what its container groups used. Absent until its first group. */
export const GROUP_USE_COLUMNS = {
  /** Of all containers of its last group together. */
  vcpu: Amount,
  memoryGb: Amount,
  /** Whether its last group was a Confidential one. */
  confidential: z.boolean().optional(),
  /** Groups that existed and have ended. */
  groups: Count,
  /** Sum of their seconds, from the request to Azure until the app saw the end. */
  groupSeconds: Count,
  vcpuSeconds: Amount,
  gbSeconds: Amount,
  /** Groups that may have existed, but of whose start or end nothing is known. */
  unseenGroups: Count,
};
