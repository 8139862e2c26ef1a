import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import type { Reason } from '../pipeline/records/reasons.ts';

interface Ending extends Pick<InventoryTag, 'state' | 'present'> {
  readonly reason?: Reason | undefined;
  readonly repository: string;
  readonly patchTag?: string | undefined;
}

/** What a person does next about an image, in one sentence. */
export function nextStep(image: Ending): string {
  if (!image.present) return 'Nothing: the tag was deleted or has left the policy.';
  if (image.reason !== undefined) return STEPS[image.reason];
  const { patchTag } = image;
  const deploy = patchTag === undefined ? '' : `Deploy ${image.repository}:${patchTag}.`;
  switch (image.state) {
    case 'clean':
      return 'Nothing: the scan found no vulnerability that advisories cover.';
    case 'patched':
    case 'already-patched':
      return deploy === '' ? 'Deploy the patch.' : deploy;
    case 'queued':
    case 'scanning':
    case 'patching':
    case 'verifying':
    case 'publishing':
      return 'Wait: a run works on it.';
    case 'planned':
      return STEPS['dry-run'];
    case 'canceled':
      return STEPS.canceled;
    case 'waiting':
    case 'skipped':
    case 'rejected':
    case 'failed':
      return 'Read the detail.';
    default:
      return image.state satisfies never;
  }
}

const REPORT = 'Read the log of the container that failed; the detail has its cause.';
const REBUILD = 'Rebuild the image from its source.';
const NEXT_RUN = 'Nothing: the next run takes it.';
const INVESTIGATE =
  'Investigate the image: its own package manager made a patch that verification refuses.';

/** `docs/reasons.md` explains each reason at length. */
const STEPS = {
  'already-patched': 'Deploy the patch.',
  'backing-off': 'Read the target that failed, or end the back-off: patchwright retry IMAGE.',
  'builder-incompatible': 'Use another builder: set PATCHWRIGHT_BUILDER to remote.',
  'builder-unavailable': 'Check the builder: patchwright doctor --probe.',
  canceled: 'Nothing: the next run takes it, since somebody canceled this one.',
  'claimed-elsewhere':
    'Remove the repository from one of the two policies: patchwright doctor says how to take it over.',
  'config-changed': INVESTIGATE,
  configuration: 'Correct what Azure refuses; the detail has its code.',
  'cost-limit':
    'Nothing: a later run takes it. Look for images that hang, or raise PATCHWRIGHT_REPOSITORY_HOURS.',
  'database-too-old': 'Renew the vulnerability database: docs/operate.md says how.',
  'database-unavailable': 'Check PATCHWRIGHT_DATABASE: patchwright doctor.',
  'dry-run': 'Start a run that is no dry run: patchwright runs start.',
  'end-of-life': 'Move to a supported release: this one gets no security updates.',
  'entry-invalid': 'Correct the entry of the policy; the detail has its faults.',
  'group-lost': 'Check capacity and memory; the next run tries again.',
  'group-too-large': 'Shorten the certificates in the settings: patchwright doctor --probe.',
  'grew-too-much': INVESTIGATE,
  'held-by-another-run': 'Nothing: another run has the image and reports it.',
  'image-not-found': 'Check whether the image was deleted.',
  'image-too-large': 'Make the image smaller: its compressed layers exceed the limit.',
  'internal-error': 'Report it, with the detail.',
  'layer-suspicious': INVESTIGATE,
  'layers-changed': INVESTIGATE,
  'manifest-changed': INVESTIGATE,
  'manifest-locked': 'Unlock the manifest or the repository of the patch.',
  'media-type-changed': INVESTIGATE,
  'multi-arch': 'List a tag of one platform in the policy.',
  'needs-proc': 'Use another builder: set PATCHWRIGHT_BUILDER to remote or confidential.',
  'network-not-ready':
    'Check the state of the subnet: docs/operate.md, A subnet that is not ready.',
  'new-findings': INVESTIGATE,
  'no-advisory-data':
    'Update the worker images if the system is new: nobody has advisories for it.',
  'no-builder': 'Find out why no builder works: patchwright doctor --probe.',
  'no-fix-available': 'Wait for a fix, or replace the package.',
  'no-op-patch': 'See why no package could be updated; the detail has a reason for each.',
  'not-an-image': 'Remove the tag from the policy.',
  'not-fixed': INVESTIGATE,
  'not-found': 'Correct the policy: the repository or the tag does not exist.',
  'out-of-memory': 'Check whether the image has a very large package database.',
  'package-manager-failed': REPORT,
  'package-source-gone': 'Correct the package sources of the image; the detail has the URL.',
  'package-source-unreachable':
    'Check the package source and the egress; the next run tries again.',
  'package-source-untrusted': 'Correct the key of the package source in the image.',
  'packages-lost': INVESTIGATE,
  'patched-elsewhere':
    'Nothing, if the image that it patches is in the policy; else list that one.',
  'platform-changed': INVESTIGATE,
  quota: 'Raise the quota: docs/operate.md says how.',
  'registry-error': 'Check the health of the registry, and whether the tag is locked.',
  'report-invalid': REPORT,
  'result-invalid': REPORT,
  'run-deadline':
    'Give runs more groups or more hours: PATCHWRIGHT_MAX_GROUPS, PATCHWRIGHT_RUN_HOURS.',
  'run-over': NEXT_RUN,
  'setuid-regained':
    'Keep the bit away by dpkg-statoverride in the image, or let the policy publish such patches.',
  'source-changed': NEXT_RUN,
  'staging-missing': REPORT,
  'storage-error': 'Check the health of the storage account.',
  'tag-ambiguous': 'Use the floating convention, or tags that do not look like those of patches.',
  'tag-limit': 'Delete old patches, or shorten the tag.',
  'tag-locked': 'Unlock the tag of the patch.',
  'tag-race-lost': NEXT_RUN,
  timeout: 'Check the size of the image and the load of the region; the next run tries again.',
  'too-many-layers': INVESTIGATE,
  'tool-failed': REPORT,
  'tooling-image-not-found': 'Import the tooling image that the detail names.',
  unauthorized: 'Check the roles of the identity: patchwright doctor --app URL.',
  'unsupported-image': 'Build the image again, with all layers in the registry.',
  'unsupported-os': REBUILD,
  'unsupported-platform': REBUILD,
  'vendor-maintained': 'Update to the newest image of the vendor that the detail names.',
  windows: REBUILD,
} satisfies Record<Reason, string>;
