import { MAX_GROUP_BODY_BYTES } from '../../containers/aci-group-body.ts';
import type { PipelineOptions } from '../services.ts';

export interface ContainerSize {
  readonly cpu: number;
  readonly memoryGb: number;
  /** Estimate of the most that its container writes. */
  readonly diskGb: number;
}

/** The container of a scan or verify group. */
export const SCAN_SIZE: ContainerSize = { cpu: 2, memoryGb: 4, diskGb: 30 };

/** The container of a patch group with a remote builder: a client only. */
const CLIENT_SIZE: ContainerSize = { cpu: 1, memoryGb: 1, diskGb: 1 };

const GB = 1024 ** 3;
/** Copa's tooling image, package lists and everything else that any image needs. */
const BASE_DISK_GB = 2;
/**
 * Layers of a Debian image unpack to some three times their compressed size, and the builder without
 * mounts keeps 2.5 to 3 copies of the unpacked image (measured: infra/worker/builder/README.md).
 */
const DISK_PER_COMPRESSED = 3 * 3.5;

/** The size of the container that patches an image with this many compressed bytes. */
export function patchSize(
  bytes: number,
  { builder }: Pick<PipelineOptions, 'builder'>,
): ContainerSize {
  if (builder.kind === 'remote') return CLIENT_SIZE;
  const diskGb = BASE_DISK_GB + (bytes / GB) * DISK_PER_COMPRESSED;
  if (bytes <= 0.3 * GB) return { cpu: 1, memoryGb: 2, diskGb };
  if (bytes <= GB) return { cpu: 1, memoryGb: 3, diskGb };
  return { cpu: 2, memoryGb: 4, diskGb };
}

/**
 * Limits of one group: CPU and memory as each region offers them, the disk that its containers share
 * (50 GB, less the worker image), and 20 volumes. Source: Azure docs,
 * container-instances-resource-and-quota-limits.
 */
const GROUP = { cpu: 4, memoryGb: 16, diskGb: 45, volumes: 20 } as const;

/** Bytes of a group's request for its containers, which is as large as the app lets it be (64 KB). */
const REQUEST_BYTES = MAX_GROUP_BODY_BYTES - 6 * 1024;
/** A container's token, address and description, without the certificates. */
const CONTAINER_BYTES = 6 * 1024;

/** Bytes that each container adds to the request. Its secrets are in base64. */
function requestBytesEach({ builder, extraCa = '' }: FittingOptions): number {
  const { ca, cert, key } = builder.kind === 'remote' ? builder.tls : { ca: '', cert: '', key: '' };
  return CONTAINER_BYTES + ((ca + cert + key + extraCa).length * 4) / 3;
}

type FittingOptions = Pick<PipelineOptions, 'builder'> & Partial<Pick<PipelineOptions, 'extraCa'>>;

/** One volume for secrets, and one for scratch files if the container may mount. */
function volumesEach({ builder }: Pick<PipelineOptions, 'builder'>): number {
  return builder.kind === 'confidential' ? 2 : 1;
}

/** True if these containers fit into one group. One container always does, even if it is too large. */
export function fitsGroup(sizes: readonly ContainerSize[], options: FittingOptions): boolean {
  if (sizes.length <= 1) return true;
  const sum = (part: keyof ContainerSize) => sizes.reduce((all, size) => all + size[part], 0);
  return (
    sum('cpu') <= GROUP.cpu &&
    sum('memoryGb') <= GROUP.memoryGb &&
    sum('diskGb') <= GROUP.diskGb &&
    sizes.length * volumesEach(options) <= GROUP.volumes &&
    sizes.length * requestBytesEach(options) <= REQUEST_BYTES
  );
}
