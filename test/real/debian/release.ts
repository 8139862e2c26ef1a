/** The release of the real images. Trivy's database names it `debian 12`. */
export const debianRelease = {
  codename: 'bookworm',
  major: '12',
  platform: 'debian 12',
  updatesSuite: 'bookworm-updates',
  securitySuite: 'bookworm-security',
} as const;
