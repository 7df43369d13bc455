/** What was built. */
export interface Build {
  /** Of the package: `0.1.0`. */
  readonly version: string
  readonly commit?: string
  /** RFC 3339. */
  readonly date?: string
}

/** `/version`: the version of Kubernetes whose API is spoken, with our own behind the plus sign. */
export function versionInfo(build: Build) {
  return {
    major: '1',
    minor: '34',
    emulationMajor: '1',
    emulationMinor: '34',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '33',
    gitVersion: `v1.34.0+datum-local.${build.version}`,
    gitCommit: build.commit ?? '',
    gitTreeState: build.commit === undefined ? '' : 'clean',
    buildDate: build.date ?? '1970-01-01T00:00:00Z',
    goVersion: `node${process.version}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch}`,
  }
}
